// Reads calendars with ical.js. Arguments: its file, then calendars; prints, for each of them,
// [[UID, start, end], …] as JSON, in seconds since 1970.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [library, ...files] = process.argv.slice(2);
const { default: ICAL } = await import(pathToFileURL(library));

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  // It knows no zone but those that the calendar describes.
  ICAL.TimezoneService.reset();
  for (const zone of calendar.getAllSubcomponents("vtimezone")) {
    ICAL.TimezoneService.register(zone);
  }
  return calendar.getAllSubcomponents("vevent").map((component) => {
    const event = new ICAL.Event(component);
    if (event.isRecurring()) {
      throw new Error(`${event.uid} recurs`);
    }
    return [event.uid, event.startDate.toUnixTime(), event.endDate.toUnixTime()];
  });
}

console.log(JSON.stringify(files.map((file) => read(readFileSync(file, "utf8")))));
