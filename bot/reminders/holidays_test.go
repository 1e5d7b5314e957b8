package reminders

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"cobijo/bot/progress"
	"cobijo/seeds"
)

func holidaysOf(t *testing.T) *Holidays {
	t.Helper()
	h, faults := LoadHolidays(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return h
}

// TestEaster has the years that are the earliest and the latest, and some between (the tables of the US Naval Observatory).
func TestEaster(t *testing.T) {
	for year, want := range map[int]string{1818: "1818-03-22", 1943: "1943-04-25", 2024: "2024-03-31", 2025: "2025-04-20", 2026: "2026-04-05", 2027: "2027-03-28", 2038: "2038-04-25", 2285: "2285-03-22"} {
		if got := easter(year).Format(time.DateOnly); got != want {
			t.Errorf("%d: %s, want %s", year, got, want)
		}
	}
}

func TestHolidays(t *testing.T) {
	h := holidaysOf(t)
	for _, tt := range []struct {
		country string
		yes, no []progress.Day
	}{
		{"mx", []progress.Day{"2026-02-02", "2026-03-16", "2026-11-16", "2024-10-01", "2030-10-01"}, []progress.Day{"2026-02-05", "2026-04-03", "2026-10-01", "2026-11-20", "2026-11-25"}},
		{"us", []progress.Day{"2026-07-03", "2027-07-05", "2026-11-26", "2026-05-25", "2021-12-31", "2027-12-24"}, []progress.Day{"2026-07-04", "2026-11-27", "2020-06-19"}},
		{"ca", []progress.Day{"2026-05-18", "2027-05-24", "2026-10-12", "2029-07-02"}, []progress.Day{"2026-05-25", "2029-07-01"}},
		{"gt", []progress.Day{"2021-06-28", "2022-07-04", "2023-07-03", "2023-10-20", "2026-04-02"}, []progress.Day{"2021-06-30", "2022-06-30", "2023-10-23"}},
		{"hn", []progress.Day{"2022-10-05", "2022-10-07", "2023-10-04", "2025-10-01", "2025-10-03", "2026-04-20", "2026-04-04"}, []progress.Day{"2026-04-14", "2022-10-12", "2025-10-06"}},
		{"cl", []progress.Day{"2023-10-27", "2021-06-28", "2021-10-11", "2021-09-17", "2023-01-02", "2026-06-21", "2024-09-20"}, []progress.Day{"2023-10-31", "2021-06-29", "2026-09-17", "2025-09-20"}},
		{"ar", []progress.Day{"2026-02-16", "2026-02-17", "2026-06-15", "2024-06-17", "2026-11-23"}, []progress.Day{"2026-06-17", "2026-11-20", "2026-04-01"}},
		{"uy", []progress.Day{"2026-04-19", "2024-04-22", "2026-05-18", "2027-05-17"}, []progress.Day{"2024-04-19", "2027-05-18"}},
		{"bz", []progress.Day{"2025-01-15", "2025-09-22", "2025-08-01", "2025-04-21"}, []progress.Day{"2025-09-21"}},
		{"cr", []progress.Day{"2025-07-25", "2026-12-01", "2026-08-31"}, []progress.Day{"2026-10-12"}},
		{"pa", []progress.Day{"2026-02-17", "2026-11-28", "2025-12-20"}, []progress.Day{"2026-02-16"}},
		{"sv", []progress.Day{"2026-05-10", "2026-08-06", "2026-11-02"}, []progress.Day{"2026-08-05"}},
		{"br", []progress.Day{"2024-11-20", "2026-04-03"}, []progress.Day{"2023-11-20", "2026-02-17"}},
	} {
		for _, day := range tt.yes {
			if _, ok := h.On(tt.country, day); !ok {
				t.Errorf("%s: %s is no holiday", tt.country, day)
			}
		}
		for _, day := range tt.no {
			if got, ok := h.On(tt.country, day); ok {
				t.Errorf("%s: %s is a holiday: %s", tt.country, day, got.Name.EN)
			}
		}
	}
	if want := []string{"ar", "br", "bz", "ca", "cl", "cr", "gt", "hn", "mx", "pa", "sv", "us", "uy"}; !slices.Equal(h.Countries(), want) {
		t.Errorf("countries: %v", h.Countries())
	}
	for zone, want := range map[string]string{"America/Tegucigalpa": "hn", "America/Santiago": "cl", "US/Eastern": "us", "Europe/Madrid": ""} {
		if got := h.Country(zone); got != want {
			t.Errorf("%s is in %q, want %q", zone, got, want)
		}
	}
}

func TestHolidayFaults(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a field that nobody knows", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  holydays: []\n", "holidays.yaml:3: field holydays not found"},
		{"no source", "- country: mx\n", "holidays.yaml:1: mx: no source"},
		{"no such day", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  holidays:\n    - {name: {en: a, es: a}, on: 13-01}\n", "holidays.yaml:4: a: on is month and day"},
		{"two rules", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  holidays:\n    - {name: {en: a, es: a}, on: 01-01, easter: 3}\n", "holidays.yaml:4: a: one of on, nth and easter"},
		{"one language", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  holidays:\n    - {name: {en: a}, on: 01-01}\n", "holidays.yaml:4: a: a holiday has a name in both languages"},
		{"no weekday", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  holidays:\n    - {name: {en: a, es: a}, on: 01-01, move: {lunes: 1}}\n", "holidays.yaml:4: a: move: a weekday"},
		{"no zone", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  zones: [America/Mexiko]\n", "holidays.yaml:1: mx: no zone"},
		{"twice", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n", "holidays.yaml:3: country \"mx\" stands twice"},
		{"no day", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  add:\n    - {date: 2026-02-30, name: {en: a, es: a}}\n", "holidays.yaml:4: "},
		{"an empty item", "- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  holidays:\n    -\n", "holidays.yaml:4: a holiday without anything in it"},
		{"no list", "country: mx\n", "holidays.yaml:1: cannot unmarshal"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, faults := LoadHolidays(fstest.MapFS{HolidaysFile: {Data: []byte(tt.text)}})
			if err := faults.Err(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func FuzzHolidays(f *testing.F) {
	f.Add("- country: mx\n  sources: [{title: a, url: \"https://example.org\"}]\n  holidays:\n    - {name: {en: a, es: a}, nth: {n: 5, weekday: mon, month: 2}, move: {mon: 3}}\n")
	f.Fuzz(func(_ *testing.T, text string) {
		h, _ := LoadHolidays(fstest.MapFS{HolidaysFile: {Data: []byte(text)}})
		for _, c := range h.Countries() {
			h.On(c, "2026-02-28")
		}
	})
}
