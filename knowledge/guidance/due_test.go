package guidance

import (
	"slices"
	"testing"
	"time"

	"cobijo/seeds"
)

func date(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func TestDue(t *testing.T) {
	for _, tt := range []struct {
		volatile bool
		want     time.Time
	}{{false, date(2027, 5, 22)}, {true, date(2027, 2, 21)}} {
		e := Entry{Reviewed: Day(date(2026, 11, 23)), Volatile: tt.volatile}
		if got := e.Due(); !got.Equal(tt.want) {
			t.Errorf("volatile %v: due %v, want %v", tt.volatile, got, tt.want)
		}
		if e.Stale(tt.want) || !e.Stale(tt.want.Add(time.Second)) {
			t.Errorf("volatile %v: stale before it is due, or not after", tt.volatile)
		}
	}
	r := Review{Due: date(2027, 2, 21)}
	for now, want := range map[time.Time]int{
		date(2027, 2, 21).Add(23 * time.Hour): 0, date(2027, 2, 20): 1, date(2027, 2, 23): -2, date(2026, 11, 25).Add(time.Hour): 88,
	} {
		if got := r.DaysLeft(now); got != want {
			t.Errorf("on %v: %d days left, want %d", now, got, want)
		}
	}
}

// Every text is listed, once, in the order in which it is to be worked off.
func TestReviews(t *testing.T) {
	l, faults := Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	all := l.Reviews()
	seen, listed := map[string]bool{}, 0
	for i, r := range all {
		if seen[r.Country+" "+r.ID] {
			t.Errorf("%s %s stands twice", r.Country, r.ID)
		}
		seen[r.Country+" "+r.ID] = true
		listed += len(r.Langs)
		if i == 0 || all[i-1].Country != r.Country {
			continue
		}
		before := all[i-1]
		switch {
		case before.Due.After(r.Due):
			t.Errorf("%s stands before %s, which is due sooner", before.ID, r.ID)
		case before.Due.Equal(r.Due) && !before.Volatile && r.Volatile:
			t.Errorf("%s stands before %s, which changes often", before.ID, r.ID)
		case before.Due.Equal(r.Due) && before.Volatile == r.Volatile && !r.Oldest.IsZero() && (before.Oldest.IsZero() || before.Oldest.After(r.Oldest.Time)):
			t.Errorf("%s stands before %s, whose source is older", before.ID, r.ID)
		}
	}
	want := len(l.Emergencies) + len(Languages)*len(l.Rumours)
	var order []string
	for _, c := range l.Countries {
		order = append(order, c.Code)
		l.Entries(c.Code, func(*Entry) bool { want++; return true })
	}
	if listed != want {
		t.Errorf("%d texts are listed of %d", listed, want)
	}
	for i := 1; i < len(all); i++ {
		if slices.Index(order, all[i].Country) < slices.Index(order, all[i-1].Country) {
			t.Errorf("%s stands behind %s", all[i].Country, all[i-1].Country)
		}
	}
}

// Where one language was reviewed later than the other, the earlier one is what is due.
func TestReviewsOfTwins(t *testing.T) {
	old, fresh := Day(date(2026, 1, 1)), Day(date(2026, 6, 1))
	of := func(lang string, reviewed Date) Review {
		return Review{Country: "mx", ID: "mx/work", Langs: []string{lang}, Reviewed: reviewed, Due: reviewed.Add(reviewEvery)}
	}
	for _, order := range [][]Review{{of("es", old), of("en", fresh)}, {of("en", fresh), of("es", old)}} {
		rs := merge(merge(nil, order[0]), order[1])
		if len(rs) != 1 || rs[0].Reviewed != old || !slices.Equal(rs[0].Langs, []string{"es"}) {
			t.Errorf("got %+v", rs)
		}
	}
	if rs := merge(merge(nil, of("es", old)), of("en", old)); len(rs) != 1 || len(rs[0].Langs) != 2 {
		t.Errorf("got %+v", rs)
	}
}

// The figures that editors are shown are those that the check holds them to.
func TestFigures(t *testing.T) {
	l, faults := Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	failing := map[string]bool{}
	for _, f := range l.Check(seeds.FS, date(2026, 11, 25)) {
		failing[f.File] = true
	}
	for _, c := range l.Countries {
		l.Entries(c.Code, func(e *Entry) bool {
			for _, f := range e.Figures() {
				if !f.OK() && !failing[e.file] {
					t.Errorf("%s: %s is %.1f beside %.0f, and the check says nothing", e.file, f.Name, f.Value, f.Bar)
				}
			}
			return true
		})
	}
	e := *l.Entry("mx", "deadlines", "es")
	if fs := e.Figures(); len(fs) != 6 || !fs[5].AtLeast {
		t.Errorf("figures in Spanish: %+v", fs)
	}
	e.Lead += " una dos tres cuatro cinco seis siete ocho nueve diez once"
	if f := e.Figures()[0]; f.OK() {
		t.Errorf("%g words in the one-line answer are fine", f.Value)
	}
}
