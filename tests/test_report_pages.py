"""The training section: its sentences on the small year of test_impact_pages, its passages, comments and document."""

import io

import pytest
import sqlalchemy as sa
from docx import Document

from app.accounts.models import Person
from app.accounts.rules import Role
from app.catalogue.models import Course
from app.db import db, rebuilding
from app.evaluation.models import Answer, CommentRelease, EvaluationResponse, Question
from tests.browser import CheckedClient
from tests.factories import make_person
from tests.test_impact_pages import small_year  # noqa: F401

COMMENT = "I met colleagues I only knew by name."


@pytest.fixture
def cora(small_year: Course) -> Person:  # noqa: F811
    """Cora coordinates."""
    return make_person("Cora Coordinator", Role.COORDINATOR)


def add_comment(*, may_quote: bool) -> int:
    """A comment on the course, from a writer who agreed or did not."""
    with rebuilding() as session:
        response = session.scalars(
            sa.select(EvaluationResponse).where(EvaluationResponse.stage == "after")
        ).first()
        assert response is not None
        question = Question(
            questionnaire_id=response.questionnaire_id, key="comment", number=9, text="?", kind="text"
        )
        session.add(question)
        session.flush()
        answer = Answer(response_id=response.id, question_id=question.id, text=COMMENT)
        response.may_quote = may_quote
        session.add(answer)
    return answer.id


def test_the_section_says_the_figures_in_sentences(client: CheckedClient, cora: Person):
    text = client.sign_in(cora).page("/report/2023-24").text
    assert (
        "17 training opportunities were taken up across the partnership: 10 attendances at events and 7"
        in text
    )
    assert "Two events were delivered, offering 15 places; 10 practitioners came." in text
    assert "50.0% (5 of 10) of those who came were not from health." in text
    assert (
        "Before the course 22.2% (2 of 9) rated their own knowledge and skills as good or very good" in text
    )
    assert "after it, 77.8% (7 of 9) did." in text
    assert "rose by 55.6 points" in text
    assert "1 of 2 organisations that had booked came, with 3 people." in text


def test_the_document_says_the_same_as_the_page(client: CheckedClient, cora: Person):
    answer = client.sign_in(cora).get("/report/2023-24.docx")
    document = Document(io.BytesIO(answer.data))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    page = client.page("/report/2023-24").text
    for sentence in (
        "Two events were delivered, offering 15 places; 10 practitioners came.",
        "77.8% (7 of 9)",
    ):
        assert sentence in text
        assert sentence in page
    assert document.core_properties.language == "en-GB"
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"][0] == "Key achievements"
    assert all(table.rows[0]._tr.trPr.xpath("w:tblHeader") for table in document.tables)
    assert all(shape._inline.docPr.get("descr") for shape in document.inline_shapes)
    assert len(document.inline_shapes) == 2


def test_a_coordinator_writes_a_passage_and_it_stands_in_the_report(client: CheckedClient, cora: Person):
    client.sign_in(cora)
    done = client.send("/report/2023-24/passages/priorities", button="Save", text="- Return to the classroom")
    assert "Return to the classroom" in done.text
    client.send("/report/2023-24/passages/course?course=neglect", button="Save", text="Reviews asked for it.")
    assert "Reviews asked for it." in client.page("/report/2023-24").text
    client.send("/report/2023-24/passages/priorities", button="Save", text="  ")
    assert "Not written yet" in client.page("/report/2023-24").text


def test_a_passage_that_is_too_long_keeps_what_was_typed(client: CheckedClient, cora: Person):
    page = client.sign_in(cora).send(
        "/report/2023-24/passages/introduction", button="Save", text="x" * 6001, status=422
    )
    assert "Use at most 6,000 characters" in page.text
    assert "x" * 6001 in page.html


def test_a_chosen_comment_is_released_and_quoted_without_a_name(client: CheckedClient, cora: Person):
    answer_id = add_comment(may_quote=True)
    client.sign_in(cora)
    assert COMMENT not in client.page("/report/2023-24").text
    done = client.send("/report/2023-24/comments", button="Save this choice", chosen=str(answer_id))
    assert f"“{COMMENT}”" in done.text
    db.session.rollback()
    assert db.session.get_one(CommentRelease, answer_id).released_by_id == cora.id
    form = client.page("/report/2023-24/comments").form("", "Save this choice")
    assert form["chosen"] == str(answer_id)
    del form["chosen"]
    client.post("/report/2023-24/comments", data=form)
    assert COMMENT not in client.page("/report/2023-24").text


def test_a_comment_without_consent_cannot_be_chosen(client: CheckedClient, cora: Person):
    answer_id = add_comment(may_quote=False)
    other = client.sign_in(cora).page("/report/2023-24/comments")
    assert COMMENT not in other.text
    client.post(
        "/report/2023-24/comments", data={"csrf_token": client.token("/report"), "chosen": str(answer_id)}
    )
    assert COMMENT not in client.page("/report/2023-24").text


def test_a_member_of_the_group_reads_but_does_not_write(client: CheckedClient, cora: Person):
    grace = make_person("Grace Group", Role.LWD_MEMBER)
    client.sign_in(grace)
    assert "Edit the introduction" not in client.page("/report/2023-24").text
    assert client.get("/report/2023-24/passages/introduction").status_code == 403
    assert client.get("/report/2023-24/comments").status_code == 403


@pytest.mark.parametrize(
    "address", ["/report/2023-25", "/report/1999-00", "/report/1999-00.docx", "/report/soon/comments"]
)
def test_an_unknown_year_is_not_found(client: CheckedClient, cora: Person, address: str):
    assert client.sign_in(cora).get(address).status_code == 404
