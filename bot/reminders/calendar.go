package reminders

import (
	"fmt"
	"time"

	"cobijo/bot/progress"
)

// calendar tells when a subscription may be posted: on working days of its zone's country, outside its quiet hours.
type calendar struct {
	zone     *time.Location
	holidays *Holidays
	country  string
	from, to int // quiet hours in minutes of the day; none where they are the same
}

// The quiet hours of a subscription that names none.
const (
	quietFrom = "18:00"
	quietTo   = "08:00"
)

func newCalendar(sub *Subscription, zone *time.Location, holidays *Holidays) (*calendar, error) {
	c := &calendar{zone: zone, holidays: holidays, country: holidays.Country(sub.Zone)}
	q := sub.Quiet
	if q.From == "" && q.To == "" {
		q = Quiet{quietFrom, quietTo}
	}
	var err error
	if c.from, err = minuteOfDay(q.From); err != nil {
		return nil, err
	}
	if c.to, err = minuteOfDay(q.To); err != nil {
		return nil, err
	}
	return c, nil
}

func minuteOfDay(s string) (int, error) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, fmt.Errorf("%.20q is no time of the day: write 18:00", s)
	}
	return t.Hour()*60 + t.Minute(), nil
}

// working tells whether a day is worked on, and why not.
func (c *calendar) working(t time.Time) (bool, Outcome) {
	if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
		return false, OutcomeWeekend
	}
	if _, ok := c.holidays.On(c.country, progress.DayOf(t)); ok {
		return false, OutcomeHoliday
	}
	return true, ""
}

func (c *calendar) quiet(t time.Time) bool {
	m := t.Hour()*60 + t.Minute()
	if c.from <= c.to {
		return m >= c.from && m < c.to
	}
	return m >= c.from || m < c.to
}

// moment gives the first moment from t on at which something may be posted, and why it is not t; empty where it is. From a day
// that nobody works on it moves to the same hour of the next working day, out of quiet hours to their end.
func (c *calendar) moment(t time.Time) (time.Time, Outcome) {
	at, moved := t.In(c.zone), Outcome("")
	hour, minute := at.Hour(), at.Minute() // kept over a day on which it does not exist
	for range 90 {                         // no country rests for a month
		why := OutcomeQuiet
		if c.quiet(at) {
			at = c.quietEnd(at)
			hour, minute = c.to/60, c.to%60
		} else if ok, rest := c.working(at); !ok {
			why, at = rest, c.nextDay(at, hour, minute)
		} else {
			break
		}
		if moved == "" {
			moved = why
		}
	}
	return at, moved
}

// nextDay gives a time of the day after.
func (c *calendar) nextDay(t time.Time, hour, minute int) time.Time {
	return wall(t.Year(), t.Month(), t.Day()+1, hour, minute, c.zone)
}

// quietEnd gives the end of the quiet hours that t is in.
func (c *calendar) quietEnd(t time.Time) time.Time {
	day := t
	if c.from > c.to && t.Hour()*60+t.Minute() >= c.from {
		day = t.AddDate(0, 0, 1)
	}
	return wall(day.Year(), day.Month(), day.Day(), c.to/60, c.to%60, c.zone)
}

// addWorking gives the moment n working days after t, at the same hour.
func (c *calendar) addWorking(t time.Time, n int) time.Time {
	t = t.In(c.zone)
	hour, minute := t.Hour(), t.Minute()
	for range 400 { // also where n asks for more
		if n <= 0 {
			break
		}
		t = c.nextDay(t, hour, minute)
		if ok, _ := c.working(t); ok {
			n--
		}
	}
	return t
}
