// Reads calendars with ical.js: a line of JSON holds one as text, and a line of JSON says what it understood.
import { createInterface } from "node:readline";
import ICAL from "./vendor/ical.min.mjs";

const text = (part, name) => part.getFirstPropertyValue(name) ?? "";

function instant(event, name) {
  const time = event.getFirstPropertyValue(name);
  if (time.zone.tzid === "floating") throw new Error(`${name} is in no zone`);
  return time.toUnixTime();
}

function person(property) {
  const [address, parameters] = [property.getFirstValue(), property.toJSON()[1]];
  return { ...parameters, address };
}

function sitting(event) {
  const names = ["uid", "sequence", "summary", "description", "location", "url", "status", "transp", "class"];
  const found = Object.fromEntries(names.map((name) => [name, text(event, name)]));
  return {
    ...found,
    start: instant(event, "dtstart"),
    end: instant(event, "dtend"),
    stamp: instant(event, "dtstamp"),
    conference: text(event, "conference"),
    attendees: event.getAllProperties("attendee").map(person),
    organizers: event.getAllProperties("organizer").map(person),
    names: event.getAllProperties().map((property) => property.name),
  };
}

function read(calendar) {
  const root = new ICAL.Component(ICAL.parse(calendar));
  if (root.name !== "vcalendar") throw new Error("not a calendar");
  return {
    method: text(root, "method"),
    name: text(root, "x-wr-calname"),
    names: root.getAllProperties().map((property) => property.name),
    parts: root.getAllSubcomponents().map((part) => part.name),
    events: root.getAllSubcomponents("vevent").map(sitting),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    console.log(JSON.stringify(read(JSON.parse(line))));
  } catch (error) {
    console.log(JSON.stringify({ fault: String(error) }));
  }
}
