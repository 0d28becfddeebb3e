"""Names of meetings made comparable, and who may be meant by one: exact for matching, alike for suggestions only. Pure."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from .labels import folded

BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|<[^<>]*>")
# What Teams and administrators write after names; in brackets it goes with them.
MARKERS = re.compile(r"[\s,;|-]+(?:guest|external|unverified|ext|gast|extern|invite|invitado)\.?\s*$")
APOSTROPHES = re.compile("['\u2019\u2018\u02bc`\u00b4]")
TELEPHONE = re.compile(r"[\s+*#()./\d-]{4,}")
MOST = 3  # suggestions

NICKNAMES = (
    ("abigail", "abby", "abi", "gail"),
    ("alexander", "alexandra", "alex", "sandy", "sasha"),
    ("alison", "ali", "allison"),
    ("amanda", "mandy"),
    ("andrew", "andy", "drew"),
    ("anthony", "tony", "antony"),
    ("barbara", "barb", "babs"),
    ("benjamin", "ben"),
    ("bernard", "bernie", "bernadette"),
    ("beverley", "bev", "beverly"),
    ("catherine", "kate", "katie", "cath", "cathy", "kathryn", "katherine", "kathy", "kat", "cathryn"),
    ("charles", "charlie", "charlotte", "lottie"),
    ("christopher", "chris", "christine", "christina", "tina"),
    ("daniel", "dan", "danny", "danielle", "dani"),
    ("david", "dave"),
    ("deborah", "debbie", "deb", "debra"),
    ("dominic", "dom"),
    ("edward", "ed", "eddie", "ted"),
    ("eleanor", "ellie", "nell", "elinor"),
    ("elizabeth", "liz", "lizzie", "beth", "betty", "eliza", "libby", "elisabeth"),
    ("emily", "em", "emma"),
    ("frances", "fran", "francis", "frankie"),
    ("gabrielle", "gabby", "gabriel", "gabriella"),
    ("geoffrey", "geoff", "jeff", "jeffrey"),
    ("georgina", "georgie", "george", "georgia"),
    ("gillian", "gill", "jill"),
    ("gregory", "greg"),
    ("harold", "harry", "henry", "harriet", "hattie"),
    ("isabel", "izzy", "isabelle", "isabella", "bella"),
    ("jacqueline", "jackie", "jacqui", "jacky"),
    ("james", "jim", "jimmy", "jamie"),
    ("jennifer", "jen", "jenny", "jenni"),
    ("jessica", "jess", "jessie"),
    ("joanna", "jo", "joanne", "joan"),
    ("john", "jack", "jon", "jonathan", "johnny", "jonny"),
    ("joseph", "joe", "josephine", "josie"),
    ("joshua", "josh"),
    ("judith", "judy", "jude"),
    ("kenneth", "ken", "kenny"),
    ("kimberley", "kim", "kimberly"),
    ("lawrence", "larry", "laurence", "laurie"),
    ("leonard", "len", "leo"),
    ("louise", "lou", "louis"),
    ("margaret", "maggie", "meg", "peggy", "mags", "marge"),
    ("matthew", "matt", "mat"),
    ("melanie", "mel", "melissa"),
    ("michael", "mike", "mick", "micky", "michelle", "shelly"),
    ("mohammed", "mohamed", "muhammad", "mohammad", "mo", "muhammed"),
    ("natalie", "nat", "natasha", "tash"),
    ("nicholas", "nick", "nicola", "nicky", "nikki", "nic"),
    ("oliver", "ollie", "olivia", "liv"),
    ("pamela", "pam"),
    ("patricia", "pat", "trish", "tricia", "patrick", "paddy"),
    ("penelope", "penny"),
    ("peter", "pete"),
    ("philip", "phil", "phillip", "philippa", "pip", "pippa"),
    ("rachel", "rach", "rachael"),
    ("raymond", "ray"),
    ("rebecca", "becky", "becca", "bex"),
    ("richard", "rick", "dick", "rich", "ricky"),
    ("robert", "rob", "bob", "bobby", "robbie"),
    ("ronald", "ron", "ronnie"),
    ("samantha", "sam", "sammy", "samuel"),
    ("sarah", "sally", "sara"),
    ("stephen", "steve", "steven", "steph", "stephanie"),
    ("susan", "sue", "suzanne", "susie", "suzy"),
    ("theresa", "terry", "tess", "teresa", "terence"),
    ("thomas", "tom", "tommy"),
    ("timothy", "tim"),
    ("valerie", "val"),
    ("victoria", "vicky", "vicki", "tori", "victor", "vic"),
    ("vincent", "vince"),
    ("william", "bill", "will", "billy", "liam"),
    ("zachary", "zac", "zach", "zack"),
)
SHORT = {name: number for number, names in enumerate(NICKNAMES) for name in names}


@lru_cache(maxsize=65536)
def normalised(name: str) -> str:
    """A name to compare: no accents, case, brackets or markers, "Family, Given" turned; "" for what names nobody."""
    text = folded(name)
    while (shorter := BRACKETS.sub(" ", text)) != text:
        text = shorter
    while (shorter := MARKERS.sub("", text)) != text:
        text = shorter
    text = APOSTROPHES.sub("", text)
    parts = [part for part in text.split(",") if part.strip()]
    if len(parts) == 2:
        text = f"{parts[1]} {parts[0]}"
    return " ".join(re.findall(r"[^\W_]+", text))


def is_telephone(name: str) -> bool:
    """Whether somebody dialled in: their name is a number."""
    return TELEPHONE.fullmatch(name.strip()) is not None and sum(sign.isdigit() for sign in name) >= 4


class Known(NamedTuple):
    """Somebody who may be meant: their id, and their name as ``normalised`` leaves it."""

    id: int
    name: str


def suggestions(names: Iterable[str], known: Sequence[Known]) -> list[int]:
    """The ids of those whom a person may want to choose from, likeliest first. Never a match."""
    written = [name for name in dict.fromkeys(names) if name]
    found = {}
    for person in known:
        likeness = max((alike(name, person.name) for name in written), default=0)
        if likeness:
            found[person.id] = likeness
    return sorted(found, key=lambda id: (-found[id], id))[:MOST]


@lru_cache(maxsize=65536)
def alike(one: str, other: str) -> int:
    """How alike two normalised names are: 0 not at all, 5 the same words."""
    if not one or not other:
        return 0
    mine, theirs = set(one.split()), set(other.split())
    if mine == theirs:
        return 5
    if len(mine) > 1 and len(theirs) > 1 and {short(w) for w in mine} == {short(w) for w in theirs}:
        return 4
    if min(len(mine), len(theirs)) > 1 and (mine < theirs or theirs < mine):
        return 3
    longest = max(len(one), len(other))
    if abs(len(one) - len(other)) <= 2 and distance(one, other, 2) <= (2 if longest > 8 else 1):
        return 2
    if one.split()[-1] == other.split()[-1] and one[0] == other[0]:
        return 1
    return 0


def short(word: str) -> str:
    """A first name as the group of names it belongs to."""
    return f"#{SHORT[word]}" if word in SHORT else word


def distance(one: str, other: str, most: int) -> int:
    """How many letters are to be changed, put in or left out (Levenshtein); more than ``most`` is ``most`` + 1."""
    before = list(range(len(other) + 1))
    for row, mine in enumerate(one, 1):
        now = [row]
        for place, theirs in enumerate(other, 1):
            now.append(min(before[place] + 1, now[-1] + 1, before[place - 1] + (mine != theirs)))
        if min(now) > most:
            return most + 1
        before = now
    return min(before[-1], most + 1)


def shown(name: str) -> str:
    """A name as people write it: without brackets and markers, "Family, Given" turned."""
    text = name
    while (shorter := BRACKETS.sub(" ", text)) != text:
        text = shorter
    while marker := MARKERS.search(text.lower()):
        text = text[: marker.start()]
    parts = [" ".join(part.split()) for part in text.split(",") if part.strip()]
    return f"{parts[1]} {parts[0]}" if len(parts) == 2 else " ".join(text.split())
