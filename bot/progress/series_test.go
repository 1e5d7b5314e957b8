package progress

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSeries(t *testing.T) {
	today := time.Date(2026, 4, 10, 12, 0, 0, 0, time.UTC)
	report := func(commitment string, day Day, s Status) Report {
		return Report{ID: commitment + string(day), Commitment: commitment, Kind: Claimed, AsOf: day, Status: s}
	}
	assessed := report("mx-01", "2025-06-01", Blocked)
	assessed.Kind = Assessed
	deleted := report("mx-01", "2025-07-01", Blocked)
	deleted.Deleted = &Tombstone{}
	reports := []Report{
		assessed, deleted, report("ca-01", "2020-01-01", Done), // of no commitment that is counted
		report("mx-01", "2026-01-31", NotStarted), report("mx-01", "2026-03-05", Done), report("mx-02", "2026-02-10", UnderWay),
	}
	want := []Point{
		{"2026-01-31", map[Status]int{NotStarted: 1, NoInformation: 2}},
		{"2026-02-28", map[Status]int{NotStarted: 1, UnderWay: 1, NoInformation: 1}},
		{"2026-03-31", map[Status]int{Done: 1, UnderWay: 1, NoInformation: 1}},
		{"2026-04-10", map[Status]int{Done: 1, UnderWay: 1, NoInformation: 1}},
	}
	ids := []string{"mx-01", "mx-02", "mx-03"}
	if diff := cmp.Diff(want, Series(reports, ids, today, 24)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want[2:], Series(reports, ids, today, 2)); diff != "" {
		t.Error(diff)
	}
	if got := Series(reports[:2], ids, today, 24); got != nil {
		t.Errorf("without a claim: %v", got)
	}
}
