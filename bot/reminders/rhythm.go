package reminders

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/netresearch/go-cron"
	"github.com/teambition/rrule-go"

	"cobijo/bot/progress"
)

// schedule reckons a subscription's runs: which days, and at what time of the day in its zone. Days are reckoned without a zone,
// so that no change of the clocks can lose or double one.
type schedule struct {
	days  days
	first time.Time // naive: nothing is due before this day
	zone  *time.Location
}

// days gives the first run after a naive time, with its time of the day; the zero time for none.
type days interface{ after(t time.Time) time.Time }

// How far ahead a run is looked for: longer than the rarest rhythm that makes sense, every four years on 29 February.
const horizonYears = 9

// The faults of a rhythm.
var (
	errNoRhythm    = errors.New("choose weekly, monthly or quarterly, or give a recurrence rule, or a cron expression")
	errManyRhythms = errors.New("a preset, a recurrence rule and a cron expression exclude each other")
	errTooOften    = errors.New("it would run more than once a day")
	errNever       = errors.New("it never runs")
)

// schedule makes a subscription's schedule; its zone must be known to the program.
func (sub *Subscription) schedule() (*schedule, error) {
	zone, err := loadZone(sub.Zone)
	if err != nil {
		return nil, err
	}
	first := sub.First.Time(time.UTC)
	if first.IsZero() {
		return nil, fmt.Errorf("first day %q: write it as 2026-11-25", sub.First)
	}
	s := &schedule{zone: zone, first: first}
	if s.days, err = sub.Rhythm.days(first, sub.Hour, sub.Minute); err != nil {
		return nil, err
	}
	return s, nil
}

// loadZone gives a zone by its IANA name. The machine's own zone is none: replicas may differ in it.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errors.New("a zone is missing: write its IANA name, as America/Mexico_City")
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("no zone %.60q: write its IANA name, as America/Mexico_City", name)
	}
	return zone, nil
}

func (r Rhythm) days(first time.Time, hour, minute int) (days, error) {
	n := 0
	for _, given := range []bool{r.Preset != "", r.RRule != "", r.Cron != ""} {
		if given {
			n++
		}
	}
	switch {
	case n == 0:
		return nil, errNoRhythm
	case n > 1:
		return nil, errManyRhythms
	case r.Cron != "":
		return parseCron(r.Cron)
	}
	rule, err := r.Rule(first)
	if err != nil {
		return nil, err
	}
	return parseRule(rule, first.Add(time.Duration(hour)*time.Hour+time.Duration(minute)*time.Minute))
}

// Rule gives a rhythm as an iCalendar recurrence rule (RFC 5545, 3.3.10) without its start; an error for a cron expression, which
// is none. first is the first day.
func (r Rhythm) Rule(first time.Time) (string, error) {
	if r.RRule != "" {
		return strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(r.RRule)), "RRULE:"), nil
	}
	switch r.Preset {
	case Weekly:
		day, err := parseWeekday(r.Weekday, first.Weekday())
		if err != nil {
			return "", err
		}
		return "FREQ=WEEKLY;BYDAY=" + strings.ToUpper(day.String()[:2]), nil
	case Monthly:
		return monthly("FREQ=MONTHLY", r.Day, first)
	case Quarterly:
		return monthly("FREQ=MONTHLY;INTERVAL=3", r.Day, first)
	case "":
		return "", errors.New("a cron expression is no recurrence rule")
	}
	return "", fmt.Errorf("no rhythm %.40q: weekly, monthly or quarterly", r.Preset)
}

// monthly gives the rule for one day of the month: of a month that is shorter, its last.
func monthly(rule string, day int, first time.Time) (string, error) {
	if day == 0 {
		day = first.Day()
	}
	switch {
	case day < 1 || day > 31:
		return "", fmt.Errorf("day %d: 1 to 31", day)
	case day <= 28:
		return rule + ";BYMONTHDAY=" + strconv.Itoa(day), nil
	}
	list := []string{"28"}
	for d := 29; d <= day; d++ {
		list = append(list, strconv.Itoa(d))
	}
	return rule + ";BYMONTHDAY=" + strings.Join(list, ",") + ";BYSETPOS=-1", nil
}

func parseWeekday(s string, otherwise time.Weekday) (time.Weekday, error) {
	if s == "" {
		return otherwise, nil
	}
	for d := time.Sunday; d <= time.Saturday; d++ {
		if strings.EqualFold(s, d.String()) || strings.EqualFold(s, d.String()[:3]) {
			return d, nil
		}
	}
	return 0, fmt.Errorf("no weekday %.20q: mon, tue, wed, thu, fri, sat or sun", s)
}

// ruleDays are the days of a recurrence rule. The library counts from the start each time and looks until the year 9999: it is
// given no more than it needs.
type ruleDays struct{ rrule.ROption }

// maxRule is how long an expert's rule or expression may be, in bytes.
const maxRule = 500

// parseRule reads a recurrence rule of whole days that starts at a naive time, which gives the time of the day.
func parseRule(rule string, start time.Time) (days, error) {
	if len(rule) > maxRule {
		return nil, fmt.Errorf("a recurrence rule has at most %d characters", maxRule)
	}
	if strings.ContainsAny(rule, "\r\n:") || strings.Contains(rule, "DTSTART") {
		return nil, errors.New("a recurrence rule is one line as FREQ=MONTHLY;BYDAY=1MO, without DTSTART: the first day stands beside it")
	}
	o, err := rrule.StrToROption(rule)
	if err != nil {
		return nil, fmt.Errorf("recurrence rule: %w", err)
	}
	switch {
	case o.Freq > rrule.DAILY || len(o.Byhour)+len(o.Byminute)+len(o.Bysecond) > 0:
		return nil, fmt.Errorf("recurrence rule: %w; the hour stands beside it", errTooOften)
	case o.Interval < 0 || o.Interval > 1000 || o.Count < 0:
		return nil, errors.New("recurrence rule: INTERVAL is 1 to 1000, COUNT is more than 0")
	}
	o.Dtstart = start
	d := ruleDays{*o}
	if _, err := d.around(start); err != nil {
		return nil, fmt.Errorf("recurrence rule: %w", err)
	}
	return d, nil
}

func (d ruleDays) after(t time.Time) time.Time {
	r, err := d.around(t)
	if err != nil { // it was tried before
		return time.Time{}
	}
	return r.After(t, false)
}

// around gives the rule with a start not long before t, where that changes nothing, and an end not long after it.
func (d ruleDays) around(t time.Time) (*rrule.RRule, error) {
	o := d.ROption
	days := map[rrule.Frequency]int{rrule.DAILY: 1, rrule.WEEKLY: 7}[o.Freq] * max(o.Interval, 1)
	if past := int(t.Sub(o.Dtstart) / (24 * time.Hour)); days > 0 && o.Count == 0 && past > 3*days {
		o.Dtstart = o.Dtstart.AddDate(0, 0, (past/days-2)*days)
	}
	from := t
	if from.Before(o.Dtstart) {
		from = o.Dtstart
	}
	if limit := from.AddDate(horizonYears, 0, 0); o.Until.IsZero() || o.Until.After(limit) {
		o.Until = limit
	}
	return rrule.NewRRule(o)
}

// cronDays are the days of a cron expression.
type cronDays struct{ cron.Schedule }

// parseCron reads a cron expression of five fields: minute, hour, day of the month, month, day of the week.
func parseCron(expression string) (days, error) {
	if len(expression) > maxRule {
		return nil, fmt.Errorf("a cron expression has at most %d characters", maxRule)
	}
	if f := strings.Fields(expression); len(f) != 5 || strings.ContainsAny(f[0], "@=") {
		return nil, errors.New("a cron expression has five fields: minute, hour, day of the month, month, day of the week")
	}
	parser, err := cron.TryNewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	if err != nil {
		return nil, fmt.Errorf("cron expression: %w", err)
	}
	s, err := parser.Parse(strings.ToUpper(expression))
	if err != nil {
		return nil, fmt.Errorf("cron expression: %w", err)
	}
	if spec, ok := s.(*cron.SpecSchedule); ok {
		spec.Location = time.UTC
	}
	return cronDays{s}, nil
}

func (d cronDays) after(t time.Time) time.Time { return d.Next(t) }

// next gives the first run that is due after a moment; false where there is none.
func (s *schedule) next(after time.Time) (time.Time, bool) {
	// Clocks that are set back show what they showed before: a day earlier, no run is missed.
	return s.search(naive(after.In(s.zone)).Add(-24*time.Hour), func(due time.Time) bool { return due.After(after) })
}

func (s *schedule) search(from time.Time, ok func(due time.Time) bool) (time.Time, bool) {
	if from.Before(s.first) {
		from = s.first.Add(-time.Second)
	}
	limit := from.AddDate(horizonYears, 0, 0)
	for t := s.days.after(from); !t.IsZero() && t.Before(limit); t = s.days.after(t) {
		if due := inZone(t, s.zone); ok(due) {
			return due, true
		}
	}
	return time.Time{}, false
}

// on gives the run that is due on a local day; false where there is none.
func (s *schedule) on(day progress.Day) (time.Time, bool) {
	from := day.Time(time.UTC).Add(-time.Second)
	if from.Before(s.first) {
		from = s.first.Add(-time.Second)
	}
	t := s.days.after(from)
	if t.IsZero() || progress.DayOf(t) != day {
		return time.Time{}, false
	}
	return inZone(t, s.zone), true
}

// often looks at some runs ahead: more than one a day is refused, and so is none at all.
func (s *schedule) often() error {
	t := s.days.after(s.first.Add(-time.Second))
	if t.IsZero() || !t.Before(s.first.AddDate(horizonYears, 0, 0)) {
		return errNever
	}
	if _, whole := s.days.(ruleDays); whole {
		return nil // a rule is of whole days
	}
	for range 400 {
		n := s.days.after(t)
		if n.IsZero() {
			return nil
		}
		if progress.DayOf(n) == progress.DayOf(t) {
			return errTooOften
		}
		t = n
	}
	return nil
}
