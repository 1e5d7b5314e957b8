package web

import (
	"strings"
	"testing"
	"time"

	"cobijo/bot/progress"
)

func TestProgress(t *testing.T) {
	claimed := progress.Report{
		Commitment: "mx-04", Kind: progress.Claimed, Status: progress.UnderWay, AsOf: "2026-06-30", Who: progress.Person{ID: "U1", Name: "Zoraida"},
		Note: "a note that is staff's own", Evidence: "https://example.org/report?a=1&b=2",
	}
	assessed := progress.Report{Commitment: "mx-04", Kind: progress.Assessed, Status: progress.Blocked, AsOf: "2026-07-15", Evidence: "javascript:alert(1)"}
	options := Options{
		Progress: func() *progress.Snapshot {
			return &progress.Snapshot{
				Reports: []progress.Report{claimed, assessed}, Current: map[string]progress.Current{"mx-04": {Claimed: &claimed, Assessed: &assessed}},
			}
		},
		Now: func() time.Time { return time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) },
	}
	s := newSite(t, options)
	_, page := s.do("GET", "/commitments/mx-04?lang=en", nil)
	has(t, page, "Reported by the participant: under way", "30 June 2026", `href="https://example.org/report?a=1&amp;b=2"`, "Assessed by others: blocked", "15 July 2026")
	for _, secret := range []string{"Zoraida", "staff's own", "staff&#39;s own", "javascript", "U1"} {
		if strings.Contains(page, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	_, page = s.do("GET", "/commitments/mx-05?lang=en", nil)
	has(t, page, "No information")
	_, page = s.do("GET", "/commitments?participant=mx&lang=es", nil)
	has(t, page, "Según el participante: en marcha", "Avance informado", "30 de junio de 2026", "25 de noviembre de 2026", `<rect class="s-under-way"`, "<td>17</td>")
	if n := len(drawing.FindAllString(page, -1)); n != 2 {
		t.Errorf("%d drawings", n)
	}
	_, page = s.do("GET", "/commitments?participant=ca&lang=es", nil)
	if strings.Contains(page, "Avance informado") {
		t.Error("a chart of what nobody reported")
	}

	_, page = newSite(t, Options{}).do("GET", "/commitments/mx-04?lang=en", nil)
	if strings.Contains(page, "under way") {
		t.Error("progress is shown though nobody turned it on")
	}
}
