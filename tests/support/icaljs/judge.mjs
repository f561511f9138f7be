// Reads calendar objects with ical.js, the parser of Thunderbird and Nextcloud, for as long as its input is open:
// a JSON text a line in, what it understood (or its complaint) a line out. `tests/support/readings.py` asks it.
import { createInterface } from "node:readline";
import ICAL from "ical.js";

ICAL.design.strict = true;

const moment = (time) =>
  time.isDate ? time.toString() : new Date(time.toUnixTime() * 1000).toISOString().replace(".000Z", "Z");

const address = (property) => {
  if (!property) return null;
  const parameters = Object.entries(property.jCal[1]).filter(([name]) => name !== "schedule-status");
  return [property.getFirstValue(), Object.fromEntries(parameters.map(([name, value]) => [name.toUpperCase(), value]))];
};

function readEvent(component) {
  const event = new ICAL.Event(component, { strictExceptions: true });
  const floating = [event.startDate, event.endDate].some((time) => !time.isDate && time.zone === ICAL.Timezone.localTimezone);
  if (floating) throw new Error("a time without a zone");
  return {
    uid: event.uid,
    sequence: event.sequence,
    status: component.getFirstPropertyValue("status"),
    start: moment(event.startDate),
    end: moment(event.endDate),
    summary: event.summary,
    description: event.description,
    location: event.location,
    organiser: address(component.getFirstProperty("organizer")),
    attendees: event.attendees.map(address),
  };
}

// Every occurrence of the entry, exceptions counted in; ends after 500, which no test has. None where there is not
// one entry: a feed has many, each with a master of its own.
function occurrences(calendar) {
  const components = calendar.getAllSubcomponents("vevent");
  const exceptions = components.filter((each) => each.hasProperty("recurrence-id"));
  const [master, ...others] = components.filter((each) => !each.hasProperty("recurrence-id"));
  if (!master || others.length) return [];
  if (exceptions.some((each) => each.getFirstPropertyValue("uid") !== master.getFirstPropertyValue("uid"))) return [];
  const event = new ICAL.Event(master, { exceptions, strictExceptions: true });
  const told = (start, end, item) => [moment(start), moment(end), item.summary, item.component.getFirstProperty("attendee")?.getParameter("partstat") ?? null];
  if (!event.isRecurring()) return [told(event.startDate, event.endDate, event)];
  const found = [];
  const iterator = event.iterator();
  for (let next = iterator.next(); next && found.length < 500; next = iterator.next()) {
    const details = event.getOccurrenceDetails(next);
    found.push(told(details.startDate, details.endDate, details.item));
  }
  return found.sort();
}

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const written = ICAL.parse(calendar.toString());
  if (JSON.stringify(written) !== JSON.stringify(calendar.toJSON())) throw new Error("written again, it says something else");
  return {
    method: calendar.getFirstPropertyValue("method"),
    events: calendar.getAllSubcomponents("vevent").map(readEvent),
    occurrences: occurrences(calendar),
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { read: read(JSON.parse(line)) };
  } catch (error) {
    answer = { complaint: String(error.message) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
