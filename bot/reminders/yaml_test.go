package reminders

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"cobijo/bot/progress"
)

func nothingWrong(Subscription) Problems { return nil }

func TestYAMLRoundTrip(t *testing.T) {
	all := []Subscription{weekly("a", "C1"), {
		ID: "b", Team: "T1", Channel: "C2", Participants: []string{"mx", "gt"}, Themes: []string{"detention"}, Rhythm: Rhythm{RRule: "FREQ=MONTHLY;BYDAY=1MO"}, Hour: 8, Minute: 30,
		Zone: "America/Guatemala", Lang: "en", First: "2026-12-01", Quiet: Quiet{"19:00", "07:30"}, Answerers: []string{"U1", "S1"}, Reporters: []string{"U2"},
		Unanswered: Unanswered{AgainDays: 5, Group: "S1", NoDigest: true}, Owner: progress.Person{ID: "U3", Name: "Ana: \"la jefa\""},
		Paused: &Pause{Why: PausedGone, Cause: "is_archived", Since: time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)},
	}}
	var out strings.Builder
	if err := WriteSubscriptions(&out, all); err != nil {
		t.Fatal(err)
	}
	back, faults := ReadSubscriptions([]byte(out.String()), "x.yaml", nothingWrong)
	if err := faults.Err(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if diff := cmp.Diff(all, back); diff != "" {
		t.Errorf("%s\n%s", diff, out.String())
	}
}

func TestYAMLFaults(t *testing.T) {
	good := "- id: a\n  team: T1\n  channel: C1\n  commitments: [mx-01]\n  rhythm: {preset: weekly}\n  hour: 9\n  zone: America/Mexico_City\n  lang: es\n  first: 2026-11-25\n"
	s := newRig(t, embedded(t), nine(t)).Service
	if subs, faults := ReadSubscriptions([]byte(good), "x.yaml", s.Check); faults.Err() != nil || len(subs) != 1 || subs[0].First != "2026-11-25" {
		t.Fatalf("%+v %v", subs, faults.Err())
	}
	for text, want := range map[string]string{
		strings.Replace(good, "hour: 9", "hour: nine", 1):           "x.yaml:6: cannot unmarshal",
		strings.Replace(good, "preset: weekly", "preset: daily", 1): "x.yaml:5: rhythm: no rhythm",
		strings.Replace(good, "zone:", "zona:", 1):                  "x.yaml:7: field zona not found",
		strings.Replace(good, "mx-01", "xx-01", 1):                  "x.yaml:4: commitments: there is no \"xx-01\"",
		good + good:                         "x.yaml:10: \"a\" stands twice",
		"a: b\n":                            "x.yaml:1: cannot unmarshal",
		"-\n":                               "x.yaml:1: an item without",
		"\t":                                "x.yaml:1: ",
		strings.Repeat("# \n", maxFile/3+1): "x.yaml: more than 4 megabytes",
	} {
		if _, faults := ReadSubscriptions([]byte(text), "x.yaml", s.Check); faults.Err() == nil || !strings.Contains(faults.Err().Error(), want) {
			t.Errorf("%v, want %q", faults.Err(), want)
		}
	}
}

func FuzzSubscriptions(f *testing.F) {
	f.Add([]byte("- id: a\n  team: T1\n  channel: C1\n  commitments: [mx-01]\n  rhythm: {cron: \"0 9 * * 1\"}\n  zone: America/Mexico_City\n  lang: es\n  first: 2026-11-25\n"))
	f.Add([]byte("- &a {id: x}\n- *a\n"))
	text, err := readStatement()
	if err != nil {
		f.Fatal(err)
	}
	s := &Service{o: Options{Statement: text}}
	f.Fuzz(func(t *testing.T, data []byte) {
		subs, faults := ReadSubscriptions(data, "x.yaml", s.Check)
		if len(faults) > 0 {
			return
		}
		for _, sub := range subs {
			if ps := s.Check(sub); len(ps) > 0 {
				t.Errorf("%+v passed: %v", sub, ps)
			}
			if _, err := sub.schedule(); err != nil {
				t.Error(err)
			}
		}
	})
}
