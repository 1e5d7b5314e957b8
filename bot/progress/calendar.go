package progress

import (
	"fmt"
	"io"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Due is a day of a calendar: a milestone, or a review that a subscription asks for.
type Due struct {
	ID          string // the same from each export
	Day         Day
	Commitments []string
	Title       string
	Text        string // may be empty
	URL         string // may be empty
}

// WriteCalendar writes days as an iCalendar file (RFC 5545) of whole days; now is when it was made.
func WriteCalendar(w io.Writer, name string, days []Due, now time.Time) error {
	c := ics.NewCalendarFor("Cobijo")
	c.SetMethod(ics.MethodPublish)
	c.SetXWRCalName(name)
	for _, d := range days {
		at := d.Day.Time(time.UTC)
		if at.IsZero() {
			continue
		}
		e := c.AddEvent(d.ID + "@cobijo")
		e.SetDtStampTime(now.UTC())
		e.SetAllDayStartAt(at)
		e.SetAllDayEndAt(at.AddDate(0, 0, 1))
		e.SetSummary(d.Title)
		if d.Text != "" {
			e.SetDescription(d.Text)
		}
		if d.URL != "" {
			e.SetURL(d.URL)
		}
		for _, id := range d.Commitments {
			e.AddCategory(id)
		}
		e.SetTimeTransparency(ics.TransparencyTransparent)
	}
	if err := c.SerializeTo(w); err != nil {
		return fmt.Errorf("write calendar: %w", err)
	}
	return nil
}
