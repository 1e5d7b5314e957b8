package reminders

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"cobijo/bot/progress"
)

// runs gives the next n runs of a subscription, as its clocks show them, with their distance from UTC.
func runs(t *testing.T, sub Subscription, after string, n int) []string {
	t.Helper()
	s, err := sub.schedule()
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", after, s.zone)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for range n {
		next, ok := s.next(at)
		if !ok {
			break
		}
		all = append(all, next.Format("2006-01-02 15:04 -07"))
		at = next
	}
	return all
}

func TestRuns(t *testing.T) {
	for _, tt := range []struct {
		name  string
		sub   Subscription
		after string
		want  []string
	}{
		{"weekly", Subscription{Rhythm: Rhythm{Preset: Weekly, Weekday: "mon"}, Hour: 9, Zone: "America/Mexico_City", First: "2026-11-25"}, "2026-11-25 00:00",
			[]string{"2026-11-30 09:00 -06", "2026-12-07 09:00 -06"}},
		{"weekly, the first day's weekday", Subscription{Rhythm: Rhythm{Preset: Weekly}, Hour: 9, Zone: "America/Tegucigalpa", First: "2026-11-25"}, "2026-11-25 09:00",
			[]string{"2026-12-02 09:00 -06"}},
		{"month end", Subscription{Rhythm: Rhythm{Preset: Monthly, Day: 31}, Hour: 10, Zone: "America/Mexico_City", First: "2027-01-01"}, "2027-01-01 00:00",
			[]string{"2027-01-31 10:00 -06", "2027-02-28 10:00 -06", "2027-03-31 10:00 -06", "2027-04-30 10:00 -06"}},
		{"the 30th, leap year", Subscription{Rhythm: Rhythm{Preset: Monthly, Day: 30}, Hour: 10, Zone: "America/Mexico_City", First: "2028-01-31"}, "2028-01-31 00:00",
			[]string{"2028-02-29 10:00 -06", "2028-03-30 10:00 -06"}},
		{"quarterly", Subscription{Rhythm: Rhythm{Preset: Quarterly}, Hour: 8, Minute: 30, Zone: "America/New_York", First: "2026-08-31"}, "2026-08-01 00:00",
			[]string{"2026-08-31 08:30 -04", "2026-11-30 08:30 -05", "2027-02-28 08:30 -05", "2027-05-31 08:30 -04"}},
		{"rule", Subscription{Rhythm: Rhythm{RRule: "FREQ=MONTHLY;BYDAY=1MO"}, Hour: 9, Zone: "America/Tegucigalpa", First: "2026-11-01"}, "2026-11-01 00:00",
			[]string{"2026-11-02 09:00 -06", "2026-12-07 09:00 -06"}},
		{"rule with an end", Subscription{Rhythm: Rhythm{RRule: "FREQ=DAILY;COUNT=2"}, Hour: 9, Zone: "America/Tegucigalpa", First: "2026-11-01"}, "2026-11-01 00:00",
			[]string{"2026-11-01 09:00 -06", "2026-11-02 09:00 -06"}},
		{"every third day, years later", Subscription{Rhythm: Rhythm{RRule: "FREQ=DAILY;INTERVAL=3"}, Hour: 9, Zone: "America/Tegucigalpa", First: "2016-12-01"}, "2026-11-25 09:00",
			[]string{"2026-11-27 09:00 -06", "2026-11-30 09:00 -06"}},
		{"every second week on two days, years later", Subscription{Rhythm: Rhythm{RRule: "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"}, Hour: 9, Zone: "America/Tegucigalpa", First: "2016-12-01"}, "2026-11-14 09:00",
			[]string{"2026-11-16 09:00 -06", "2026-11-20 09:00 -06", "2026-11-30 09:00 -06"}},
		{"the tenth and last, years later", Subscription{Rhythm: Rhythm{RRule: "FREQ=YEARLY;COUNT=10"}, Hour: 9, Zone: "America/Tegucigalpa", First: "2016-12-01"}, "2024-12-02 09:00",
			[]string{"2025-12-01 09:00 -06"}},
		{"cron", Subscription{Rhythm: Rhythm{Cron: "15 7 1 1,7 *"}, Zone: "America/Santiago", First: "2026-07-02"}, "2026-07-02 00:00",
			[]string{"2027-01-01 07:15 -03", "2027-07-01 07:15 -04"}},
		{"before the first day", Subscription{Rhythm: Rhythm{Preset: Weekly}, Hour: 9, Zone: "America/Mexico_City", First: "2027-03-03"}, "2026-01-01 00:00",
			[]string{"2027-03-03 09:00 -06"}},
		// 2026-09-06 00:00 to 00:59 do not exist in Santiago; 2026-04-04 23:00 to 23:59 come twice.
		{"midnight that is not", Subscription{Rhythm: Rhythm{RRule: "FREQ=DAILY"}, Zone: "America/Santiago", First: "2026-09-05"}, "2026-09-04 23:00",
			[]string{"2026-09-05 00:00 -04", "2026-09-06 01:00 -03", "2026-09-07 00:00 -03"}},
		{"midnight that is not, by cron", Subscription{Rhythm: Rhythm{Cron: "0 0 * * *"}, Zone: "America/Santiago", First: "2026-09-05"}, "2026-09-04 23:00",
			[]string{"2026-09-05 00:00 -04", "2026-09-06 01:00 -03", "2026-09-07 00:00 -03"}},
		{"an hour that comes twice", Subscription{Rhythm: Rhythm{RRule: "FREQ=DAILY"}, Hour: 23, Minute: 30, Zone: "America/Santiago", First: "2026-04-03"}, "2026-04-03 00:00",
			[]string{"2026-04-03 23:30 -03", "2026-04-04 23:30 -03", "2026-04-05 23:30 -04"}},
		{"New York, forward", Subscription{Rhythm: Rhythm{RRule: "FREQ=DAILY"}, Hour: 2, Minute: 30, Zone: "America/New_York", First: "2026-03-07"}, "2026-03-07 00:00",
			[]string{"2026-03-07 02:30 -05", "2026-03-08 03:00 -04", "2026-03-09 02:30 -04"}},
		{"New York, back", Subscription{Rhythm: Rhythm{RRule: "FREQ=DAILY"}, Hour: 1, Minute: 30, Zone: "America/New_York", First: "2026-10-31"}, "2026-10-31 00:00",
			[]string{"2026-10-31 01:30 -04", "2026-11-01 01:30 -04", "2026-11-02 01:30 -05"}},
		{"New York, back, by cron", Subscription{Rhythm: Rhythm{Cron: "30 1 * * *"}, Zone: "America/New_York", First: "2026-10-31"}, "2026-10-31 00:00",
			[]string{"2026-10-31 01:30 -04", "2026-11-01 01:30 -04", "2026-11-02 01:30 -05"}},
		{"Mexico City keeps its time", Subscription{Rhythm: Rhythm{Preset: Weekly}, Hour: 2, Minute: 30, Zone: "America/Mexico_City", First: "2026-04-05"}, "2026-04-01 00:00",
			[]string{"2026-04-05 02:30 -06", "2026-04-12 02:30 -06"}},
		{"Tegucigalpa keeps its time", Subscription{Rhythm: Rhythm{RRule: "FREQ=WEEKLY;INTERVAL=26"}, Hour: 9, Zone: "America/Tegucigalpa", First: "2026-01-05"}, "2026-01-01 00:00",
			[]string{"2026-01-05 09:00 -06", "2026-07-06 09:00 -06"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := runs(t, tt.sub, tt.after, len(tt.want)); !slices.Equal(got, tt.want) {
				t.Errorf("runs %q, want %q", got, tt.want)
			}
		})
	}
}

func TestRhythmFaults(t *testing.T) {
	for _, tt := range []struct {
		name   string
		rhythm Rhythm
		want   ProblemCode
	}{
		{"none", Rhythm{}, Missing},
		{"two", Rhythm{Preset: Weekly, Cron: "0 9 * * *"}, Malformed},
		{"unknown preset", Rhythm{Preset: "daily"}, Malformed},
		{"unknown weekday", Rhythm{Preset: Weekly, Weekday: "lunes"}, Malformed},
		{"day 32", Rhythm{Preset: Monthly, Day: 32}, Malformed},
		{"hourly rule", Rhythm{RRule: "FREQ=HOURLY"}, TooOften},
		{"rule with hours", Rhythm{RRule: "FREQ=DAILY;BYHOUR=9,10"}, TooOften},
		{"rule that never comes", Rhythm{RRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, Never},
		{"rule with a start", Rhythm{RRule: "DTSTART=20260101T000000Z;FREQ=DAILY"}, Malformed},
		{"no rule", Rhythm{RRule: "every monday"}, Malformed},
		{"rule of two lines", Rhythm{RRule: "FREQ=DAILY\nATTENDEE"}, Malformed},
		{"cron every minute", Rhythm{Cron: "* * * * *"}, TooOften},
		{"cron twice a day", Rhythm{Cron: "0 9,15 * * *"}, TooOften},
		{"cron that never comes", Rhythm{Cron: "0 9 30 2 *"}, Never},
		{"cron with a zone", Rhythm{Cron: "TZ=UTC 0 9 * * "}, Malformed},
		{"cron by a name", Rhythm{Cron: "@daily"}, Malformed},
		{"cron of six fields", Rhythm{Cron: "0 0 9 * * *"}, Malformed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var ps Problems
			checkWhen(Subscription{Rhythm: tt.rhythm, Hour: 9, Zone: "America/Mexico_City", First: "2026-11-25"}, &ps)
			if len(ps) != 1 || ps[0].Field != "rhythm" || ps[0].Code != tt.want {
				t.Errorf("%v, want %s", ps, tt.want)
			}
		})
	}
}

// TestRunsProperty: of any rhythm in any zone, runs go forward, none is a day of another, and each day gives the same run again.
func TestRunsProperty(t *testing.T) {
	zones := []string{"America/Mexico_City", "America/Tegucigalpa", "America/New_York", "America/Santiago", "America/St_Johns", "Pacific/Easter"}
	rules := []string{"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU", "FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=DAILY;INTERVAL=3"}
	rapid.Check(t, func(t *rapid.T) {
		sub := Subscription{
			Rhythm: Rhythm{RRule: rapid.SampledFrom(rules).Draw(t, "rule")}, Hour: rapid.IntRange(0, 23).Draw(t, "hour"), Minute: rapid.IntRange(0, 59).Draw(t, "minute"),
			Zone: rapid.SampledFrom(zones).Draw(t, "zone"), First: "2024-01-01",
		}
		s, err := sub.schedule()
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 3*365*24*60).Draw(t, "start")) * time.Minute)
		seen := map[progress.Day]bool{}
		for range 12 {
			next, ok := s.next(at)
			if !ok || !next.After(at) {
				t.Fatalf("after %v comes %v", at, next)
			}
			day := progress.DayOf(next)
			if seen[day] {
				t.Fatalf("two runs on %s", day)
			}
			seen[day] = true
			if again, ok := s.on(day); !ok || !again.Equal(next) {
				t.Fatalf("on %s: %v, not %v", day, again, next)
			}
			if m := next.Hour()*60 + next.Minute() - sub.Hour*60 - sub.Minute; m < 0 || m > 60 {
				t.Fatalf("%v is not at %d:%02d, or the first moment after", next, sub.Hour, sub.Minute)
			}
			at = next
		}
	})
}

func FuzzRhythm(f *testing.F) {
	f.Add("FREQ=MONTHLY;BYDAY=1MO", "")
	f.Add("", "0 9 * * 1")
	f.Add("FREQ=YEARLY;BYEASTER=1;COUNT=3;UNTIL=20300101T000000Z", "59 23 29 2 MON-FRI")
	f.Fuzz(func(t *testing.T, rule, cron string) {
		var ps Problems
		sub := Subscription{Rhythm: Rhythm{RRule: rule, Cron: cron}, Hour: 9, Zone: "America/Santiago", First: "2026-11-25"}
		checkWhen(sub, &ps)
		if len(ps) > 0 {
			return
		}
		s, err := sub.schedule()
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := s.next(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)); !ok && !strings.Contains(strings.ToUpper(rule), "UNTIL") && !strings.Contains(strings.ToUpper(rule), "COUNT") {
			t.Errorf("%q %q passed and never runs", rule, cron)
		}
	})
}

func TestMoments(t *testing.T) {
	h := holidaysOf(t)
	for _, tt := range []struct {
		name, zone, at string
		quiet          Quiet
		want           string
		why            Outcome
	}{
		{"a working moment", "America/Mexico_City", "2026-11-25 09:00", Quiet{}, "2026-11-25 09:00", ""},
		{"evening", "America/Mexico_City", "2026-11-25 18:00", Quiet{}, "2026-11-26 08:00", OutcomeQuiet},
		{"night", "America/Mexico_City", "2026-11-25 03:00", Quiet{}, "2026-11-25 08:00", OutcomeQuiet},
		{"Friday evening", "America/Mexico_City", "2026-11-27 19:30", Quiet{}, "2026-11-30 08:00", OutcomeQuiet},
		{"Saturday", "America/Mexico_City", "2026-11-28 10:00", Quiet{}, "2026-11-30 10:00", OutcomeWeekend},
		{"Thanksgiving", "America/New_York", "2026-11-26 10:00", Quiet{}, "2026-11-27 10:00", OutcomeHoliday},
		{"Maundy Thursday to Easter", "America/Guatemala", "2026-04-02 10:00", Quiet{}, "2026-04-06 10:00", OutcomeHoliday},
		{"no quiet hours", "America/Mexico_City", "2026-11-25 23:00", Quiet{"00:00", "00:00"}, "2026-11-25 23:00", ""},
		{"a quiet noon", "America/Mexico_City", "2026-11-25 12:30", Quiet{"12:00", "14:00"}, "2026-11-25 14:00", OutcomeQuiet},
		{"no country", "Europe/Madrid", "2026-12-25 10:00", Quiet{}, "2026-12-25 10:00", ""},
		{"midnight that is not", "America/Santiago", "2026-09-04 19:00", Quiet{"18:00", "00:00"}, "2026-09-07 00:00", OutcomeQuiet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			zone, err := loadZone(tt.zone)
			if err != nil {
				t.Fatal(err)
			}
			c, err := newCalendar(&Subscription{Zone: tt.zone, Quiet: tt.quiet}, zone, h)
			if err != nil {
				t.Fatal(err)
			}
			at, err := time.ParseInLocation("2006-01-02 15:04", tt.at, zone)
			if err != nil {
				t.Fatal(err)
			}
			got, why := c.moment(at)
			if got.Format("2006-01-02 15:04") != tt.want || why != tt.why {
				t.Errorf("%v %q, want %s %q", got, why, tt.want, tt.why)
			}
			if again, moved := c.moment(got); moved != "" || !again.Equal(got) {
				t.Errorf("and from there to %v", again)
			}
		})
	}
}

func TestWorkingDays(t *testing.T) {
	zone, err := loadZone("America/Guatemala")
	if err != nil {
		t.Fatal(err)
	}
	c, err := newCalendar(&Subscription{Zone: "America/Guatemala"}, zone, holidaysOf(t))
	if err != nil {
		t.Fatal(err)
	}
	tuesday := time.Date(2026, 3, 31, 9, 0, 0, 0, zone)
	for n, want := range []string{"2026-03-31", "2026-04-01", "2026-04-06", "2026-04-07"} { // Easter in between
		if got := c.addWorking(tuesday, n).Format(time.DateOnly); got != want {
			t.Errorf("%d working days later: %s, want %s", n, got, want)
		}
	}
}

// TestShortcut: what is counted from near the day is what the library counts from the start.
func TestShortcut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule := rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=MO,TH,SU", "FREQ=DAILY;BYDAY=TU", "FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1", "FREQ=WEEKLY;WKST=SU;BYDAY=SU,MO"}).Draw(t, "rule")
		if n := rapid.IntRange(1, 9).Draw(t, "interval"); n > 1 {
			rule += ";INTERVAL=" + string(rune('0'+n))
		}
		start := time.Date(2020, 1, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "start"))
		at := start.AddDate(0, 0, rapid.IntRange(-5, 1500).Draw(t, "at")).Add(time.Duration(rapid.IntRange(0, 24).Draw(t, "hours")) * time.Hour)
		o, err := rrule.StrToROption(rule)
		if err != nil {
			t.Fatal(err)
		}
		o.Dtstart = start
		whole, err := rrule.NewRRule(*o)
		if err != nil {
			t.Fatal(err)
		}
		d, err := parseRule(rule, start)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := d.after(at), whole.After(at, false); !got.Equal(want) {
			t.Errorf("%s from %v: after %v comes %v, want %v", rule, start, at, got, want)
		}
	})
}
