"""A client process of the contention test: people who book, give up and answer offers, and a desk that moves the limit.

Started as a script, it imports nothing of the application but ``rush``. On its standard input it is told where to go,
who everybody is and for how long; on its standard output it says what came back, by status.
"""

import json
import random
import re
import sys
import threading
import time
from collections import Counter
from typing import Any

from rush import Answer, Browser

BOOKING = re.compile(r"/bookings/([\w-]{16})$")


def book(browser: Browser, event: int, seen: list[int]) -> str:
    """Ask for a place, take the list if that is what is offered; the address of the booking, or "" without one."""
    path = f"/events/{event}/book"
    page = note(browser.get(path), seen)
    if page.status == 200 and "novalidate" in page.text:
        page = note(browser.post(path, page.form()), seen)
        if page.status == 409 and "novalidate" in page.text:
            page = note(browser.post(path, page.form()), seen)
    found = BOOKING.search(page.location)
    return f"/bookings/{found[1]}" if found else ""


def give_up(browser: Browser, booking: str, seen: list[int]) -> None:
    """Cancel the place or leave the list."""
    page = note(browser.get(f"{booking}/cancel"), seen)
    if page.status == 200:
        note(browser.post(f"{booking}/cancel", page.form() | {"why": "Court"}), seen)


def note(answer: Answer, seen: list[int]) -> Answer:
    """Write down how it was answered."""
    seen.append(answer.status)
    return answer


def person(task: dict[str, Any], cookie: str, seed: int, until: float, seen: list[int]) -> None:
    """One person, from now to the end."""
    browser, chance, held = Browser(task["port"], cookie), random.Random(seed), ""
    while time.monotonic() < until:
        if held and chance.random() < 0.7:
            give_up(browser, held, seen)
            held = ""
        else:
            held = book(browser, chance.choice(task["events"]), seen) or held


def desk(task: dict[str, Any], until: float, seen: list[int]) -> None:
    """Somebody at the desk who changes their mind about the places, every half second."""
    browser, chance = Browser(task["port"], task["desk"]), random.Random(7)
    while time.monotonic() < until:
        path = f"/events/{chance.choice(task['events'])}/edit"
        page = note(browser.get(path), seen)
        if page.status == 200:
            places = str(chance.randint(2, 12))
            note(browser.post(path, page.form() | {"capacity": places, "booking_limit": ""}), seen)
        time.sleep(0.5)


def main() -> None:
    """Run the people of this process."""
    task, seen = json.loads(sys.stdin.readline()), list[int]()
    until = time.monotonic() + task["seconds"]
    threads = [
        threading.Thread(target=person, args=(task, cookie, task["seed"] + n, until, seen))
        for n, cookie in enumerate(task["cookies"])
    ]
    if task["desk"]:
        threads.append(threading.Thread(target=desk, args=(task, until, seen)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(Counter(map(str, seen))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
