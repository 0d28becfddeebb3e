"""What can have become of a mail, as a word and the tone of its tag."""

STATES = {
    "queued": "To be sent",
    "sending": "Being sent",
    "sent": "Sent",
    "unsure": "May have left",
    "failed": "Not sent",
    "withdrawn": "Withdrawn",
}
TONES = {"queued": "brand", "sending": "brand", "sent": "good", "failed": "bad", "unsure": "warn"}
