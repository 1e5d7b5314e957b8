package guidance

import (
	"fmt"
	"time"

	"go.yaml.in/yaml/v3"
)

// Date is a day, or a month or year where the source says no more. The zero value is no date.
type Date struct {
	time.Time        // midnight UTC; the first day where only the month or year is known
	layout    string // how it was written
}

// The layouts of a date, the most exact first.
var dateLayouts = [...]string{time.DateOnly, "2006-01", "2006"}

// Day makes a date of a day.
func Day(t time.Time) Date {
	y, m, d := t.Date()
	return Date{Time: time.Date(y, m, d, 0, 0, 0, 0, time.UTC), layout: time.DateOnly}
}

// UnmarshalYAML reads 2026-11-23, 2026-11, 2026 or null.
func (d *Date) UnmarshalYAML(n *yaml.Node) error {
	if n.Tag == "!!null" {
		return nil
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, n.Value); err == nil {
			*d = Date{Time: t, layout: layout}
			return nil
		}
	}
	return &yaml.TypeError{Errors: []string{fmt.Sprintf("line %d: %q is no date: write 2026-11-23, 2026-11 or 2026", n.Line, n.Value)}}
}

// HasDay tells whether the day is known, not only the month or year.
func (d Date) HasDay() bool { return d.layout == time.DateOnly }

// HasMonth tells whether the month is known.
func (d Date) HasMonth() bool { return d.HasDay() || d.layout == "2006-01" }

// String is the date as its file writes it, empty for none.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Format(d.layout)
}
