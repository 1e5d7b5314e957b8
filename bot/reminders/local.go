package reminders

import "time"

// wall gives the moment at which clocks of a zone show a date and time. Where they show it twice (the hour is set back) it is the
// first of the two; where they never do (the hour is set forward) it is the first moment after the gap.
func wall(year int, month time.Month, day, hour, minute int, zone *time.Location) time.Time {
	want := time.Date(year, month, day, hour, minute, 0, 0, time.UTC)
	t := time.Date(year, month, day, hour, minute, 0, 0, zone)
	shown := naive(t)
	start, end := t.ZoneBounds()
	switch {
	case shown.After(want): // by the rules before the gap: it lies behind it
		return start.In(zone)
	case shown.Before(want): // by the rules after the gap
		return end.In(zone)
	}
	if start.IsZero() {
		return t
	}
	// How far the clocks were set back at the start of the rules that t is in: what they show for the second time within that span,
	// they showed so much earlier.
	_, now := t.Zone()
	_, before := start.Add(-time.Second).In(zone).Zone()
	if back := time.Duration(before-now) * time.Second; back > 0 && t.Sub(start) < back {
		return t.Add(-back)
	}
	return t
}

// naive gives what clocks show at a moment, as if it were UTC: rhythms are reckoned in it, where every day has 24 hours.
func naive(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// inZone gives the moment at which clocks of a zone show a naive time.
func inZone(t time.Time, zone *time.Location) time.Time {
	return wall(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), zone)
}
