"""What stands in the trail about a member, and how it is said. Pure."""

JOINED, LEFT, CHANGED = "joined pool", "left pool", "changed pool details"
APPROVED, APPROVAL_ENDED = "approved to deliver", "ended approval"
ASKED, DECLINED, WITHDREW = "asked to join pool", "declined for pool", "withdrew from joining pool"
RELEASE_ASKED, RELEASED, NOT_RELEASED = "asked for release", "released", "not released"
COMMISSIONED, PAID, CALLED_OFF = "commissioned", "paid commission", "called off commission"

SAID = {
    ASKED: "asked to join",
    DECLINED: "declined their wish to join",
    WITHDREW: "withdrew their wish to join",
    JOINED: "took them in ({why})",
    LEFT: "entered that they leave on {why}",
    CHANGED: "changed what is known of them",
    APPROVED: "approved them: {why}",
    APPROVAL_ENDED: "ended an approval: {why}",
    RELEASE_ASKED: "asked for their release: {why}",
    RELEASED: "agreed to release them: {why}",
    NOT_RELEASED: "did not agree to release them: {why}",
    COMMISSIONED: "entered a contract: {why}",
    PAID: "entered that a contract was paid: {why}",
    CALLED_OFF: "called off a contract: {why}",
}


def in_words(actor: str, act: str, why: str) -> str:
    """Cora approved them: ...; what no account did, a manager did by their link, or the clock."""
    return f"{actor or 'Their manager'} {SAID[act].format(why=why)}"
