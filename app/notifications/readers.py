"""What each message is for, in words for its reader, who chooses whether to get it where that is theirs. Pure."""

WHAT_FOR = {
    "sign-in": "Nobody could sign in without them.",
    "booking": "What became of your place, with the invite for your calendar.",
    "approve": "Somebody waits for your answer.",
    "changed": "You might stand before a closed door.",
    "recording": "Whether a course you are on is recorded, so that you can say whether you agree.",
    "joining": "Where it is, or the link to join, and what to do before.",
    "part-one": "You may lose your place if part 1 is not done.",
    "evaluate": "Your certificate comes with it.",
    "trainer": "For trainers: the dates you deliver.",
    "cue-sheet": "For trainers: who comes, the evening before.",
    "register-open": "For trainers: a register that nobody has closed.",
    "new-date": "You asked to be told, or were invited.",
    "written": "The training team writes only about a course you are on.",
    "reminder": "One working day before a course you have a place on.",
    "follow-up": "Some weeks after a course: what it changed in your work.",
    "refresher": "When something you learnt is due to be refreshed.",
    "who-went": "Once a month, for agency leads and managers: who of your people came.",
    "bulletin": "Coming courses that have places left.",
}
