"""Attendance reports of virtual meetings: read, joined per person, matched, and taken into the register by a person."""
