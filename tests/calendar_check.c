/* Reads a calendar from standard input with libical and says what it found: one line per event with UID, SEQUENCE,
   start and end in UTC, then one line per fault. Ends with 1 when the calendar breaks the rules of iCalendar or of
   its METHOD. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(const char *label, icalcomponent *event, icalproperty_kind kind) {
    icalproperty *found = icalcomponent_get_first_property(event, kind);
    struct icaltimetype at = icaltime_null_time();
    if (found) at = icalproperty_get_datetime_with_component(found, event);
    at = icaltime_convert_to_zone(at, icaltimezone_get_utc_timezone());
    printf(" %s=%s", label, icaltime_as_ical_string(at));
}

static int faults(icalcomponent *part) {
    int count = 0;
    for (icalproperty *p = icalcomponent_get_first_property(part, ICAL_XLICERROR_PROPERTY); p;
         p = icalcomponent_get_next_property(part, ICAL_XLICERROR_PROPERTY)) {
        printf("fault %s\n", icalproperty_get_xlicerror(p));
        count++;
    }
    for (icalcomponent *c = icalcomponent_get_first_component(part, ICAL_ANY_COMPONENT); c;
         c = icalcomponent_get_next_component(part, ICAL_ANY_COMPONENT))
        count += faults(c);
    return count;
}

int main(void) {
    static char text[1 << 20];
    text[fread(text, 1, sizeof text - 1, stdin)] = 0;
    icalcomponent *calendar = icalparser_parse_string(text);
    if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT) {
        puts("fault not a calendar");
        return 1;
    }
    int allowed = icalrestriction_check(calendar);
    for (icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); event;
         event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        printf("event uid=%s sequence=%d", icalcomponent_get_uid(event), icalcomponent_get_sequence(event));
        say("start", event, ICAL_DTSTART_PROPERTY);
        say("end", event, ICAL_DTEND_PROPERTY);
        puts("");
    }
    int count = faults(calendar);
    if (!allowed) puts("fault restrictions");
    return count || !allowed;
}
