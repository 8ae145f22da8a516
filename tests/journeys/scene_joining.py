"""Scene 2. People join: a resident by the code from his door, the others by the roles they are given."""

from typing import Any

from tests.journeys.cast import Cast, give_role
from tests.journeys.stage import Person, Stage

ONE_TIME_CODE = "urn:linli:grant:one-time-code"


def people_join(stage: Stage, cast: Cast) -> None:
    stage.begin("Scene 2 · People join 入驻")
    _staff(stage, cast)
    _resident(stage, cast, "owner Zhao", "OWNER", cast.homes[0])
    _resident(stage, cast, "neighbour Qian", "TENANT", cast.homes[1])
    _resident(stage, cast, "old Mrs Sun", "FAMILY", cast.homes[2])
    _platform(stage, cast)
    stage.end(f"{len(cast.people) - 1} people and a city platform have their place")


def _staff(stage: Stage, cast: Cast) -> None:
    """A clerk by invitation and password; the others from the mini-program."""
    clerk = _invited(stage, cast)
    give_role(stage, cast, "grid worker Wang", "GRID_WORKER", cast.secretary)
    give_role(stage, cast, "electrician Li", "HANDLER", cast.secretary)
    give_role(stage, cast, "volunteer He", "VOLUNTEER", clerk)
    give_role(stage, cast, "volunteer Shi", "VOLUNTEER", clerk)
    give_role(stage, cast, "party member Kong", "PARTY_MEMBER", cast.secretary)


def _invited(stage: Stage, cast: Cast) -> Person:
    """Entered by name, given a role, invited; he signs in once by code, sets a password, and signs in with it."""
    login = f"clerk-{stage.run}"
    known = {"name": "何静", "phone": "13835100417"}
    entered = stage.post("a clerk is entered by name", "/v1/people", cast.secretary, known, expect=201)
    grant = {"holder": entered["id"], "role": "CLERK", "scope": cast.code}
    stage.post("she is made CLERK", "/v1/roles", cast.secretary, grant, expect=201)
    invitation = stage.post(
        "she is invited to set up her account", f"/v1/people/{entered['id']}/invitations", cast.secretary,
        {"login": login}, expect=201,
    )  # fmt: skip
    clerk = Person("the clerk", f"dev:{login}", id=entered["id"])
    _take_token(stage, clerk, {"grant_type": ONE_TIME_CODE, "code": invitation["code"]}, "she signs in with the code")
    stage.call("and sets her password", "PUT", "/v1/me/password", clerk, json={"password": f"Yuan-2026-{stage.run}"})
    form = {"grant_type": "password", "username": login, "password": f"Yuan-2026-{stage.run}"}
    _take_token(stage, clerk, form, "from now on she signs in with it")
    cast.people["clerk"] = clerk
    return clerk


def _take_token(stage: Stage, person: Person, form: dict[str, str], told: str) -> None:
    reply = stage.call(told, "POST", "/oauth/token", data=form, expect=200).json()
    person.token, person.until = reply["access_token"], float("inf")


def _resident(stage: Stage, cast: Cast, name: str, relation: str, home: dict[str, Any]) -> None:
    person = stage.somebody(name)
    me = stage.get(f"{name} signs in from the mini-program", "/v1/me", person)
    stage.check("nothing waits yet but to bind a home", me["next_step"] == "BIND_HOME")
    path = f"/v1/homes/{home['id']}/door-codes"
    code = stage.post("the grid worker hands a code over at the door", path, cast["grid worker Wang"],
                      {"relation": relation}, expect=201)["code"]  # fmt: skip
    wrong = {"code": "22222-22222"}
    stage.call("a wrong code binds nobody", "POST", "/v1/me/bindings", person, json=wrong, expect=422)
    stage.post(f"{name} enters it", "/v1/me/bindings", person, {"code": code}, expect=201)
    stage.sign_in(person)
    me = stage.get("and sees his home and what he may do", "/v1/me", person)
    stage.check(f"bound to {me['bindings'][0]['home']}", me["bindings"][0]["home_id"] == home["id"])
    person.id = me["id"]
    cast.people[name] = person


def _platform(stage: Stage, cast: Cast) -> None:
    """The city's platform gets an API client and reads the feed."""
    name = f"city-{stage.run}"
    partner = {"name": name, "scope": cast.code}
    told = stage.post("the city platform is given access", "/v1/partners", cast.administrator, partner, expect=201)
    city = Person("the city platform", "", id=told["partner"]["id"])
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": told["secret"]["client_secret"]}
    _take_token(stage, city, form, "it signs in with its secret")
    stage.get("and reads the event feed", "/v1/events?after=0", city)
    cast.people["city"] = city
