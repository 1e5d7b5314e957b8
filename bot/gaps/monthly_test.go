package gaps

import (
	"testing"
	"time"
)

func TestDue(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-25T15:00:00Z": "2026-10 from Mon 2026-11-02 15:00", // the 1st is a Sunday
		"2026-12-01T00:00:00Z": "2026-11 from Tue 2026-12-01 15:00",
		"2026-11-30T23:59:59Z": "2026-10 from Mon 2026-11-02 15:00",
		"2026-08-15T00:00:00Z": "2026-07 from Mon 2026-08-03 15:00", // a Saturday
		"2027-01-10T00:00:00Z": "2026-12 from Mon 2027-01-04 15:00", // New Year's Day is a Friday
		"2026-05-02T00:00:00Z": "2026-04 from Mon 2026-05-04 15:00", // and so is Labour Day
		"2028-03-01T00:00:00Z": "2028-02 from Wed 2028-03-01 15:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 14*3600), time.FixedZone("west", -11*3600)} {
			month, due := Due(at.In(zone))
			if got := month.Format("2006-01") + due.Format(" from Mon 2006-01-02 15:04"); got != want {
				t.Errorf("%s in %v: %s, want %s", now, zone, got, want)
			}
		}
	}
}

// Each month has one report, whatever the moment at which one looks; it is of a month that is over.
func TestDueOfEveryDay(t *testing.T) {
	seen := map[string]time.Time{}
	for at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 2036; at = at.Add(7 * time.Hour) {
		month, due := Due(at)
		if before, ok := seen[month.Format("2006-01")]; ok && !before.Equal(due) {
			t.Fatalf("of %v: %v and %v", month, before, due)
		}
		seen[month.Format("2006-01")] = due
		end := month.AddDate(0, 1, 0)
		if due.Before(end) || due.Sub(end) > 5*24*time.Hour || due.Month() != at.Month() {
			t.Fatalf("at %v: %v is due on %v", at, month, due)
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d reports", len(seen))
	}
}
