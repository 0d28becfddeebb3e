"""Where a row says that somebody worked: an agency, a setting under it, a team. Never by likeness. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from .cells import Wrong
from .naming import Names
from .tables import short

NEW_AGENCY = (
    " If it is not in the list of agencies, write \u201cOther organisations\u201d as agency, "
    "this name as setting, and yes under \u201cNew setting\u201d"
)
TO_MAKE = 0  # the id of an agency that is made when it is first needed
NEW_SETTING = " To add it to the list, write yes under \u201cNew setting\u201d"


class WrongPlace(Wrong):
    """A place of work that cannot be found; ``key`` is the field that names it."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class AgencyKnown(NamedTuple):
    """An agency of the partnership."""

    id: int
    name: str
    slug: str
    sector: str
    is_umbrella: bool


class SettingKnown(NamedTuple):
    """A setting under an umbrella."""

    id: int
    agency_id: int
    name: str
    slug: str
    number: str


class WorksAt(NamedTuple):
    """A place of work. ``new_setting`` is the name of a setting to make."""

    agency: AgencyKnown
    setting_id: int | None = None
    new_setting: str = ""
    team_id: int | None = None


Said = tuple[str, str, str, bool]


class Workplaces:
    """The agencies, settings and teams (id, agency, name) of a partnership."""

    def __init__(
        self,
        agencies: Iterable[AgencyKnown],
        settings: Iterable[SettingKnown],
        teams: Iterable[tuple[int, int, str]],
    ) -> None:
        known = {agency.id: agency for agency in agencies}
        places: list[tuple[tuple[str, ...], WorksAt]] = []
        under: dict[int, list[tuple[tuple[str, ...], WorksAt]]] = {}
        for s in settings:
            agency = known[s.agency_id]
            works = WorksAt(agency, s.id)
            places.append(((f"{s.name} ({agency.name})", s.name, s.slug, s.number), works))
            under.setdefault(agency.id, []).append(((s.name, s.slug, s.number), works))
        places += [((agency.name, agency.slug), WorksAt(agency)) for agency in known.values()]
        in_agency: dict[int, list[tuple[tuple[str, ...], int]]] = {}
        for team_id, agency_id, name in teams:
            in_agency.setdefault(agency_id, []).append(((name,), team_id))
        self.places = Names("agency, school or setting", places)
        self.under = {id: Names("school or setting of that agency", own) for id, own in under.items()}
        self.teams = {id: Names("team of that agency", own) for id, own in in_agency.items()}
        self.known: dict[Said, WorksAt | WrongPlace] = {}

    def find(self, agency: str, setting: str = "", team: str = "", *, new: bool = False) -> WorksAt:
        """The place of work; looked for once for all rows that name it. Raises WrongPlace."""
        said = agency, setting, team, new
        if said not in self.known:
            try:
                self.known[said] = self.look(*said)
            except WrongPlace as wrong:
                self.known[said] = wrong
        found = self.known[said]
        if isinstance(found, WrongPlace):
            raise WrongPlace(found.key, str(found))
        return found

    def look(self, agency: str, setting: str, team: str, new: bool) -> WorksAt:
        """The same, without remembering."""
        try:
            works = self.places.find(agency or setting)
        except Wrong as wrong:
            raise WrongPlace("agency" if agency else "setting", f"{wrong}{NEW_AGENCY}") from None
        if agency and setting:
            works = self.with_setting(works, setting, new=new)
        return self.with_team(works, team) if team else works

    def with_setting(self, works: WorksAt, setting: str, *, new: bool) -> WorksAt:
        """The setting of that name under the agency; a new one where the row says that it is one."""
        if not works.agency.is_umbrella:
            said = f"{works.agency.name} has no schools or settings in the list. Leave it empty"
            raise WrongPlace("setting", said)
        known = self.under.get(works.agency.id)
        try:
            if known is None:
                raise Wrong(f"\u201c{short(setting)}\u201d is no school or setting of that agency here.")
            found = known.find(setting)
        except Wrong as wrong:
            if new:
                return WorksAt(works.agency, None, setting)
            raise WrongPlace("setting", f"{wrong}{NEW_SETTING}") from None
        if works.setting_id and works.setting_id != found.setting_id:
            raise WrongPlace("setting", "is another school or setting than the one that stands as the agency")
        return found

    def with_team(self, works: WorksAt, team: str) -> WorksAt:
        """The team of that name in the agency."""
        known = self.teams.get(works.agency.id)
        if known is None:
            raise WrongPlace("team", f"{works.agency.name} has no teams in the list. Leave it empty")
        try:
            return works._replace(team_id=known.find(team))
        except Wrong as wrong:
            raise WrongPlace("team", f"{wrong} It may be left empty") from None
