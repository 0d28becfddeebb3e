"""What each figure means, in words that stand beside it (domain.md, "Figures")."""

DEFINITIONS: dict[str, str] = {
    "training_opportunities": "Attendances at events plus e-learning modules taken up. A module counts once per "
    "person and year, when it is begun. People of headcount-only events are not in it.",
    "training_opportunities_events": "Delegates who were present at one session or more, each time they came, "
    "walk-ins included.",
    "training_opportunities_e_learning": "Modules begun: once per person, module and reporting year.",
    "modules_completed": "Modules completed in the year, whenever they were begun.",
    "practitioners_reached": "Different people who came to at least one event.",
    "events": "Events whose last session was in the year and which took place.",
    "places_offered": "The published capacity of events that took place. Headcount-only events have none.",
    "expected": "Delegates who were booked when the first session started.",
    "came": "Delegates who were present at one session or more, walk-ins included.",
    "headcount_came": "People of the organisations that came to headcount-only events (forums and engagement "
    "events without accounts).",
    "completed": "Of those who came, those who were there as long as the rule they booked under asks, usually 80% of "
    "the minutes, and those of whom it was decided by hand with a reason.",
    "take_up": "Those who came, of the places offered.",
    "attendance_rate": "Those who came without walk-ins, of those expected.",
    "no_show_rate": "Those expected without a mark of presence and not excused, of those expected.",
    "places_lost": "Expected delegates who did not attend, and places given up late that nobody filled again.",
    "days_delivered": "Hours of the sessions divided by 6, totalled, then rounded to quarter days.",
    "organisations_booked": "Different agencies and settings with somebody booked at the start.",
    "organisations_attended": "Different agencies and settings of which somebody came.",
    "pool_people": "Different people of partner and relevant agencies, in the training pool, who delivered as lead or beside another. "
    "Who only observed is not counted.",
    "pool_agencies": "Different agencies whose people of the training pool delivered.",
    "external_experts": "Different people commissioned from outside the partnership who delivered.",
    "pool_delivery_hours": "Hours that people of the training pool delivered: of every person as long as the sessions "
    "were, unless they said otherwise. Who observed, spoke as a guest or hosted the virtual room is not counted.",
    "pool_preparation_hours": "Hours of preparation that people of the training pool entered for events they delivered.",
    "pool_travel_hours": "Hours of travel that people of the training pool entered for events they delivered. "
    "In no other figure.",
    "external_expert_hours": "Hours of preparation and delivery of external experts. In no figure of the pool.",
    "outside_health_percent": "Of those who came and whose sector is known, those from outside health.",
    "good_before_percent": "Self-rated knowledge and skills before the course: good or very good (4 or 5 of 5), of "
    "everybody who answered.",
    "good_after_percent": "Self-rated knowledge and skills after the course: good or very good (4 or 5 of 5), of "
    "everybody who answered.",
    "matched_change_points": "People who answered both before and after: the change in the share rating themselves "
    "good or very good, in percentage points, with Newcombe's 95% interval for paired proportions.",
    "event_rating_good_percent": "“Overall, how was it?”: good or very good, of those who answered.",
    "response_before_percent": "Delegates who answered before, of those expected.",
    "response_after_percent": "Delegates who answered after, of those who came.",
    "sector_came": "Delegates of this sector who came, each time they came.",
    "agency_came": "Delegates of this agency who came, each time they came.",
}

LABELS: dict[str, str] = {
    "training_opportunities": "Training opportunities taken up",
    "training_opportunities_events": "Attendances at events",
    "training_opportunities_e_learning": "E-learning modules taken up",
    "modules_completed": "E-learning modules completed",
    "practitioners_reached": "Practitioners reached",
    "events": "Events",
    "places_offered": "Places offered",
    "expected": "Expected",
    "came": "Came",
    "headcount_came": "Came to headcount-only events",
    "completed": "Completed",
    "take_up": "Take-up",
    "attendance_rate": "Attendance rate",
    "no_show_rate": "No-show rate",
    "places_lost": "Places lost",
    "days_delivered": "Days delivered",
    "organisations_booked": "Organisations booked",
    "organisations_attended": "Organisations that came",
    "pool_people": "People of the training pool who delivered",
    "pool_agencies": "Agencies that lent trainers",
    "external_experts": "External experts",
    "pool_delivery_hours": "Hours of delivery by the pool",
    "pool_preparation_hours": "Hours of preparation by the pool",
    "pool_travel_hours": "Hours of travel by the pool",
    "external_expert_hours": "Hours of external experts",
    "outside_health_percent": "From outside health",
    "good_before_percent": "Good or very good before",
    "good_after_percent": "Good or very good after",
    "matched_change_points": "Change among those who answered both",
    "event_rating_good_percent": "Rated the event good or very good",
    "response_before_percent": "Answered before",
    "response_after_percent": "Answered after",
    "sector_came": "Came, by sector",
    "agency_came": "Came, by agency",
}
