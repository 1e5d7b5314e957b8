package understand

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

var monthNames = [...][]string{
	{"enero", "january", "jan", "ene"}, {"febrero", "february", "feb"}, {"marzo", "march", "mar"}, {"abril", "april", "apr", "abr"},
	{"mayo", "may"}, {"junio", "june", "jun"}, {"julio", "july", "jul"}, {"agosto", "august", "aug", "ago"},
	{"septiembre", "setiembre", "september", "sep", "sept"}, {"octubre", "october", "oct"}, {"noviembre", "november", "nov"}, {"diciembre", "december", "dec", "dic"},
}

func monthOf(w string) time.Month {
	for i, names := range monthNames {
		if slices.Contains(names, w) {
			return time.Month(i + 1)
		}
	}
	return 0
}

// Verbs of coming into a country, in the first person and of others.
var entering = wordSet("entre entré ingrese ingresé llegue llegué llegamos entramos ingresamos cruce crucé cruzamos entro llego entered arrived came crossed arrive enter entrado llegado arriving pase pasamos vine vinimos llevo llevamos estoy ando adentro aqui here since desde got")

var numbers = map[string]int{
	"un": 1, "una": 1, "one": 1, "dos": 2, "two": 2, "tres": 3, "three": 3, "cuatro": 4, "four": 4, "cinco": 5, "five": 5, "seis": 6, "six": 6,
	"siete": 7, "seven": 7, "ocho": 8, "eight": 8, "nueve": 9, "nine": 9, "diez": 10, "ten": 10, "a": 1, "once": 11, "doce": 12, "quince": 15,
	"veinte": 20, "twenty": 20, "treinta": 30, "thirty": 30,
}

func numberOf(w string) (int, bool) {
	if n, err := strconv.Atoi(w); err == nil && n > 0 && n < 400 {
		return n, true
	}
	n, ok := numbers[w]
	return n, ok
}

// readDate finds the day in the past that a message names: "el 3 de noviembre", "3/11", "two weeks ago", "ayer". The year is
// the one that makes it the latest such day.
func (r *Reading) readDate(today time.Time) {
	for _, w := range r.words {
		r.Entered = r.Entered || entering[w]
	}
	at := func(i int) string {
		if i >= 0 && i < len(r.words) {
			return r.words[i]
		}
		return ""
	}
	y, m, d := today.Date()
	day := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	set := func(t time.Time) {
		if r.Date.IsZero() && !t.After(day) {
			r.Date = t
		}
	}
	for i, w := range r.words {
		switch w {
		case "hoy", "today":
			set(day)
		case "ayer", "yesterday":
			set(day.AddDate(0, 0, -1))
		case "anteayer", "antier", "antes":
			if w != "antes" || at(i+2) == "ayer" {
				set(day.AddDate(0, 0, -2))
			}
		case "hace", "llevo", "llevamos":
			r.ago(at(i+1), at(i+2), day, set)
		case "ago":
			r.ago(at(i-2), at(i-1), day, set)
		case "for":
			r.ago(at(i+1), at(i+2), day, set)
		}
		if mon := monthOf(w); mon != 0 {
			r.dayOf(i, mon, day, at, set)
		}
	}
	r.numeric(day, set)
}

func (r *Reading) ago(number, unit string, day time.Time, set func(time.Time)) {
	n, ok := numberOf(number)
	if !ok {
		return
	}
	switch unit {
	case "dia", "dias", "day", "days":
		set(day.AddDate(0, 0, -n))
	case "semana", "semanas", "week", "weeks":
		set(day.AddDate(0, 0, -7*n))
	case "mes", "meses", "month", "months":
		set(day.AddDate(0, -n, 0))
	case "ano", "anos", "year", "years":
		set(day.AddDate(-n, 0, 0))
	}
}

// dayOf reads the day beside a month's name: "3 de noviembre de 2026", "November 3rd", "3 nov".
func (r *Reading) dayOf(i int, mon time.Month, day time.Time, at func(int) string, set func(time.Time)) {
	number := func(w string) int {
		for _, end := range []string{"st", "nd", "rd", "th", "o", "ro"} {
			w = strings.TrimSuffix(w, end)
		}
		n, err := strconv.Atoi(w)
		if err != nil || n < 1 || n > 31 {
			return 0
		}
		return n
	}
	d := 0
	for _, w := range []string{at(i - 1), at(i - 2), at(i + 1)} {
		if w == "de" || w == "of" || w == "the" {
			continue
		}
		if d = number(w); d > 0 {
			break
		}
	}
	if d == 0 {
		return
	}
	year := 0
	for _, w := range []string{at(i + 1), at(i + 2), at(i + 3)} {
		if n, err := strconv.Atoi(w); err == nil && n > 1990 && n < 2100 {
			year = n
			break
		}
	}
	set(latest(year, mon, d, day))
}

// latest is the day of a year, or without one the latest such day up to today.
func latest(year int, mon time.Month, d int, today time.Time) time.Time {
	if year != 0 {
		return time.Date(year, mon, d, 0, 0, 0, 0, time.UTC)
	}
	t := time.Date(today.Year(), mon, d, 0, 0, 0, 0, time.UTC)
	if t.After(today) {
		t = t.AddDate(-1, 0, 0)
	}
	return t
}

// numeric reads 3/11 and 3/11/2026 as day and month, and 2026-11-03. In English the month may stand first: where both can
// be either, the date is unclear.
func (r *Reading) numeric(day time.Time, set func(time.Time)) {
	for _, field := range strings.FieldsFunc(r.folded, func(c rune) bool { return c == ' ' || c == ',' || c == '?' || c == '\n' }) {
		if t, err := time.Parse(time.DateOnly, strings.TrimRight(field, ".")); err == nil {
			set(t)
			continue
		}
		parts := strings.FieldsFunc(strings.TrimRight(field, "."), func(c rune) bool { return c == '/' || c == '-' || c == '.' })
		if len(parts) < 2 || len(parts) > 3 || !strings.ContainsAny(field, "/-.") {
			continue
		}
		a, err1 := strconv.Atoi(parts[0])
		b, err2 := strconv.Atoi(parts[1])
		if err1 != nil || err2 != nil || a < 1 || b < 1 || a > 31 || b > 31 || a > 12 && b > 12 {
			continue
		}
		year := 0
		if len(parts) == 3 {
			year, _ = strconv.Atoi(parts[2])
			if year < 100 && year > 0 {
				year += 2000
			}
		}
		switch {
		case b > 12:
			a, b = b, a
		case a <= 12 && a != b && r.Lang == "en":
			r.Unclear = true
			continue
		}
		set(latest(year, time.Month(b), a, day))
	}
}
