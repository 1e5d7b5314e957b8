package reminders

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"cobijo/bot/progress"
	"cobijo/knowledge/lint"
	"cobijo/knowledge/statement"
)

// HolidaysFile is where the content holds the national holidays. They are data and no library's, for none with releases of late
// knows the countries of Central America.
const HolidaysFile = "holidays.yaml"

// Holidays are the national holidays of countries, by rules. They are read once and then read-only.
type Holidays struct {
	countries map[string]*holidayCountry
	byZone    map[string]string
}

// Holiday is a day on which a country does not work.
type Holiday struct {
	Country string
	Day     progress.Day
	Name    statement.Text
}

type holidayCountry struct {
	Country  string
	Sources  []holidaySource
	Zones    []string // IANA names of the zones that are this country's, links included
	Holidays []*holidayRule
	Add      []*holidayDay // days that were declared for one year
	Drop     []*holidayDay // days that were not kept in one year, because they were moved
}

type holidaySource struct {
	Title string
	URL   string `yaml:"url"`
}

type holidayDay struct {
	Date   string
	Name   statement.Text
	Source string

	day progress.Day
}

// holidayRule gives a day in each year. Exactly one of On, Nth and Easter says which.
type holidayRule struct {
	Name   statement.Text
	On     string         // month and day: 09-15
	Nth    *nthWeekday    // as the first Monday in February
	Plus   int            // of Nth: so many days after it
	Easter *int           // days after Easter Sunday, negative before it
	Only   []string       // weekdays on which alone it is one
	Move   map[string]int // by the weekday on which it falls: to how many days later it is moved, negative for earlier
	From   int            // the first year, 0 for all
	Until  int            // the last year, 0 for all
	Every  int            // years between two, counted from From; 0 for each

	month time.Month
	day   int
	only  map[time.Weekday]bool
	move  map[time.Weekday]int
}

type nthWeekday struct {
	N       int // 1 to 5; -1 is the last
	Weekday string
	Month   int

	weekday time.Weekday
}

// LoadHolidays reads the holidays of a content tree; faults are named by file and line.
func LoadHolidays(fsys fs.FS) (*Holidays, lint.Faults) {
	var faults lint.Faults
	h := &Holidays{countries: map[string]*holidayCountry{}, byZone: map[string]string{}}
	data, err := fs.ReadFile(fsys, HolidaysFile)
	if err != nil {
		faults.Add(HolidaysFile, 0, "cannot be read: %v", err)
		return h, faults
	}
	var countries []*holidayCountry
	var nodes []yaml.Node // the same again, for the lines
	if !lint.YAMLBytes(data, HolidaysFile, 0, &countries, &faults) || yaml.Unmarshal(data, &nodes) != nil {
		return h, faults
	}
	for i, c := range countries {
		line := nodes[i].Line
		if c == nil {
			faults.Add(HolidaysFile, line, "an item without anything in it")
			continue
		}
		c.check(&nodes[i], &faults)
		if h.countries[c.Country] != nil {
			faults.Add(HolidaysFile, line, "country %q stands twice", c.Country)
			continue
		}
		h.countries[c.Country] = c
		for _, z := range c.Zones {
			if other := h.byZone[z]; other != "" {
				faults.Add(HolidaysFile, line, "zone %s is %s's and %s's", z, other, c.Country)
			}
			h.byZone[z] = c.Country
		}
	}
	faults.Sort()
	return h, faults
}

func (c *holidayCountry) check(n *yaml.Node, faults *lint.Faults) {
	if len(c.Country) != 2 || strings.ToLower(c.Country) != c.Country {
		faults.Add(HolidaysFile, n.Line, "country %q: two small letters", c.Country)
	}
	if len(c.Sources) == 0 {
		faults.Add(HolidaysFile, n.Line, "%s: no source: which law says so?", c.Country)
	}
	for _, s := range c.Sources {
		if s.Title == "" || !progress.WebAddress(s.URL) {
			faults.Add(HolidaysFile, n.Line, "%s: a source has a title and a web address", c.Country)
		}
	}
	for _, z := range c.Zones {
		if _, err := loadZone(z); err != nil {
			faults.Add(HolidaysFile, n.Line, "%s: %v", c.Country, err)
		}
	}
	lines := itemLines(n, "holidays")
	for i, r := range c.Holidays {
		line := n.Line
		if i < len(lines) {
			line = lines[i]
		}
		if r == nil {
			faults.Add(HolidaysFile, line, "a holiday without anything in it")
			continue
		}
		if err := r.prepare(); err != nil {
			faults.Add(HolidaysFile, line, "%s: %v", r.Name.EN, err)
		}
	}
	c.Holidays = slices.DeleteFunc(c.Holidays, func(r *holidayRule) bool { return r == nil })
	for _, list := range []struct {
		name string
		days []*holidayDay
	}{{"add", c.Add}, {"drop", c.Drop}} {
		lines := itemLines(n, list.name)
		for i, d := range list.days {
			line := n.Line
			if i < len(lines) {
				line = lines[i]
			}
			var err error
			if d == nil {
				faults.Add(HolidaysFile, line, "a day without anything in it")
			} else if d.day, err = progress.ParseDay(d.Date); err != nil {
				faults.Add(HolidaysFile, line, "%v", err)
			}
		}
	}
	absent := func(d *holidayDay) bool { return d == nil || d.day == "" }
	c.Add, c.Drop = slices.DeleteFunc(c.Add, absent), slices.DeleteFunc(c.Drop, absent)
}

// itemLines gives the lines of the items of a field's list.
func itemLines(n *yaml.Node, field string) []int {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != field {
			continue
		}
		var lines []int
		for _, item := range n.Content[i+1].Content {
			lines = append(lines, item.Line)
		}
		return lines
	}
	return nil
}

func (r *holidayRule) prepare() error {
	n := 0
	for _, given := range []bool{r.On != "", r.Nth != nil, r.Easter != nil} {
		if given {
			n++
		}
	}
	switch {
	case r.Name.EN == "" || r.Name.ES == "":
		return fmt.Errorf("a holiday has a name in both languages")
	case n != 1:
		return fmt.Errorf("one of on, nth and easter says when")
	case r.Every < 0 || r.Every > 0 && r.From == 0:
		return fmt.Errorf("every counts from a year: from is missing")
	}
	if r.On != "" {
		t, err := time.Parse("2006-01-02", "2024-"+r.On)
		if err != nil {
			return fmt.Errorf("on is month and day, as 09-15")
		}
		r.month, r.day = t.Month(), t.Day()
	}
	if r.Nth != nil {
		if err := r.Nth.prepare(); err != nil {
			return err
		}
	}
	r.only, r.move = map[time.Weekday]bool{}, map[time.Weekday]int{}
	for _, name := range r.Only {
		d, err := parseWeekday(name, -1)
		if err != nil || d < 0 {
			return fmt.Errorf("only: no weekday %q", name)
		}
		r.only[d] = true
	}
	for name, by := range r.Move {
		d, err := parseWeekday(name, -1)
		if err != nil || d < 0 || by < -6 || by > 6 {
			return fmt.Errorf("move: a weekday, and how many days from -6 to 6")
		}
		r.move[d] = by
	}
	return nil
}

func (n *nthWeekday) prepare() (err error) {
	if n.weekday, err = parseWeekday(n.Weekday, -1); err != nil || n.weekday < 0 {
		return fmt.Errorf("nth: no weekday %q", n.Weekday)
	}
	if n.Month < 1 || n.Month > 12 || n.N == 0 || n.N < -1 || n.N > 5 {
		return fmt.Errorf("nth: month is 1 to 12, n is 1 to 5 or -1 for the last")
	}
	return nil
}

// in gives the rule's day in a year, as midnight UTC; false where it has none.
func (r *holidayRule) in(year int) (time.Time, bool) {
	if r.From > 0 && year < r.From || r.Until > 0 && year > r.Until || r.Every > 0 && (year-r.From)%r.Every != 0 {
		return time.Time{}, false
	}
	var t time.Time
	switch {
	case r.Easter != nil:
		t = easter(year).AddDate(0, 0, *r.Easter)
	case r.Nth != nil:
		t = r.Nth.in(year)
		if t.IsZero() {
			return t, false
		}
		t = t.AddDate(0, 0, r.Plus)
	default:
		t = time.Date(year, r.month, r.day, 0, 0, 0, 0, time.UTC)
		if t.Month() != r.month {
			return t, false // 29 February
		}
	}
	if len(r.only) > 0 && !r.only[t.Weekday()] {
		return t, false
	}
	return t.AddDate(0, 0, r.move[t.Weekday()]), true
}

func (n *nthWeekday) in(year int) time.Time {
	if n.N < 0 {
		last := time.Date(year, time.Month(n.Month)+1, 0, 0, 0, 0, 0, time.UTC)
		return last.AddDate(0, 0, -int((last.Weekday()-n.weekday+7)%7))
	}
	first := time.Date(year, time.Month(n.Month), 1, 0, 0, 0, 0, time.UTC)
	t := first.AddDate(0, 0, int((n.weekday-first.Weekday()+7)%7)+7*(n.N-1))
	if t.Month() != first.Month() {
		return time.Time{}
	}
	return t
}

// Country gives the country that a zone is in, empty where it is none of those whose holidays are known.
func (h *Holidays) Country(zone string) string {
	if h == nil {
		return ""
	}
	return h.byZone[zone]
}

// Countries gives those whose holidays are known, sorted.
func (h *Holidays) Countries() []string { return slices.Sorted(maps.Keys(h.countries)) }

// On gives the holiday of a country on a day; false where it is none.
func (h *Holidays) On(country string, day progress.Day) (Holiday, bool) {
	if h == nil || h.countries[country] == nil {
		return Holiday{}, false
	}
	c := h.countries[country]
	year := day.Time(time.UTC).Year()
	for _, d := range c.Add {
		if d.day == day {
			return Holiday{country, day, d.Name}, true
		}
	}
	if slices.ContainsFunc(c.Drop, func(d *holidayDay) bool { return d.day == day }) {
		return Holiday{}, false
	}
	// What was moved may come from the year beside it.
	for y := year - 1; y <= year+1; y++ {
		for _, r := range c.Holidays {
			if t, ok := r.in(y); ok && progress.DayOf(t) == day {
				return Holiday{country, day, r.Name}, true
			}
		}
	}
	return Holiday{}, false
}

// easter gives Easter Sunday of a year in the Gregorian calendar, by the algorithm that was sent to Nature without a name
// (vol. 13, 20 April 1876, p. 487) and is known as Meeus's, Jones's and Butcher's (J. Meeus, Astronomical Algorithms, ch. 8).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	g := (8*b + 13) / 25
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 19*l) / 433
	month := (h + l - 7*m + 90) / 25
	day := (h + l - 7*m + 33*month + 19) % 32
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}
