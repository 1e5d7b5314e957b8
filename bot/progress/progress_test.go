package progress

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cobijo/bot/store"
	"cobijo/knowledge/statement"
)

var noon = time.Date(2026, time.November, 25, 12, 0, 0, 0, time.UTC)

func newBook(t *testing.T, at *time.Time) *Book {
	t.Helper()
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	s, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}})
	if err != nil {
		t.Fatal(err)
	}
	return NewBook(s, func() time.Time { return *at })
}

func report(commitment string, kind Kind, status Status, day Day) Report {
	return Report{Commitment: commitment, Kind: kind, Status: status, AsOf: day, Who: Person{ID: "U1", Name: "Zoraida"}}
}

func add(t *testing.T, b *Book, r Report) Report {
	t.Helper()
	r, err := b.Add(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestHistory(t *testing.T) {
	at := noon
	b := newBook(t, &at)
	current, err := b.Current(t.Context(), "mx-01")
	if err != nil || current["mx-01"].Status() != NoInformation || current["mx-01"].Assessment() != NoInformation {
		t.Fatal(current, err)
	}
	first := add(t, b, report("mx-01", Claimed, UnderWay, "2026-11-20"))
	at = at.Add(time.Hour)
	second := add(t, b, report("mx-01", Assessed, Blocked, ""))
	at = at.Add(time.Hour)
	add(t, b, report("mx-01", Claimed, NotStarted, "2026-10-01")) // told later, true of an earlier day
	if second.AsOf != "2026-11-25" || second.ID == "" || !second.At.Equal(noon.Add(time.Hour)) {
		t.Errorf("%+v", second)
	}
	current, err = b.Current(t.Context())
	if err != nil || current["mx-01"].Status() != UnderWay || current["mx-01"].Assessment() != Blocked {
		t.Fatal(current, err)
	}
	// Twice is once, also with other words.
	again := first
	again.Status = Done
	if got := add(t, b, again); got != first {
		t.Errorf("%+v, want the first", got)
	}
	history, err := b.History(t.Context(), "mx-01")
	if err != nil || len(history) != 3 || history[0] != first {
		t.Fatalf("%+v %v", history, err)
	}
	if err := errors.Join(b.Delete(t.Context(), "mx-01", first.ID, "operator"), b.Delete(t.Context(), "mx-01", first.ID, "another")); err != nil {
		t.Fatal(err)
	}
	history, err = b.History(t.Context(), "mx-01")
	if d := history[0]; err != nil || d.Deleted == nil || d.Deleted.By != "operator" || !d.Deleted.At.Equal(at) || d.Who != (Person{}) || d.Status != "" || d.ID != first.ID {
		t.Fatalf("%+v %v", history[0], err)
	}
	if got := add(t, b, first); got.Deleted == nil {
		t.Error("what was deleted comes back")
	}
	if current, _ = b.Current(t.Context()); current["mx-01"].Status() != NotStarted {
		t.Errorf("%+v", current["mx-01"].Claimed)
	}
	if err := b.Delete(t.Context(), "mx-01", "none", "operator"); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	at := noon
	b := newBook(t, &at)
	for _, tt := range []struct {
		name   string
		change func(*Report)
		want   error
	}{
		{"no commitment", func(r *Report) { r.Commitment = "" }, ErrNoCommitment},
		{"a key of another kind", func(r *Report) { r.Commitment = "a}b" }, ErrNoCommitment},
		{"no kind", func(r *Report) { r.Kind = "" }, ErrKind},
		{"no information", func(r *Report) { r.Status = NoInformation }, ErrStatus},
		{"a note with a status", func(r *Report) { r.Kind = Noted }, ErrStatus},
		{"nobody", func(r *Report) { r.Who.ID = "" }, ErrWho},
		{"a long note", func(r *Report) { r.Note = strings.Repeat("ñ", MaxNote+1) }, ErrNote},
		{"a script", func(r *Report) { r.Evidence = "javascript:alert(1)" }, ErrEvidence},
		{"a file", func(r *Report) { r.Evidence = "file:///etc/passwd" }, ErrEvidence},
		{"no host", func(r *Report) { r.Evidence = "https:///a" }, ErrEvidence},
		{"a password", func(r *Report) { r.Evidence = "https://a:b@example.org" }, ErrEvidence},
		{"white space", func(r *Report) { r.Evidence = "https://example.org/a b" }, ErrEvidence},
		{"no day", func(r *Report) { r.AsOf = "2026-02-30" }, ErrDay},
		{"a day to come", func(r *Report) { r.AsOf = "2026-11-27" }, ErrDay},
		{"a long id", func(r *Report) { r.ID = strings.Repeat("a", 256) }, ErrID},
	} {
		r := report("mx-01", Claimed, Done, "")
		tt.change(&r)
		if _, err := b.Add(t.Context(), r); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	r := report("mx-01", Claimed, Done, "2026-11-26") // it has begun in the east
	r.Evidence, r.Note = "http://example.org/acta?id=1#p", strings.Repeat("ñ", MaxNote)
	add(t, b, r)
}

func TestCounts(t *testing.T) {
	cs := []*statement.Commitment{
		{ID: "mx-01", Participant: "mx", Themes: []string{"asylum", "detention"}}, {ID: "mx-02", Participant: "mx", Themes: []string{"asylum"}},
		{ID: "gt-01", Participant: "gt", Themes: []string{"detention"}},
	}
	current := map[string]Current{"mx-01": {Claimed: &Report{Status: Done}}, "gt-01": {Claimed: &Report{Status: Blocked}, Assessed: &Report{Status: NotStarted}}}
	all := CountAll(cs, current)
	if all.Total != 3 || !maps.Equal(all.Claimed, map[Status]int{Done: 1, Blocked: 1, NoInformation: 1}) || !maps.Equal(all.Assessed, map[Status]int{NotStarted: 1, NoInformation: 2}) {
		t.Errorf("%+v", all)
	}
	var got []string
	for _, c := range append(CountBy(cs, current, ByParticipant), CountBy(cs, current, ByTheme)...) {
		got = append(got, c.Group)
		n := 0
		for _, m := range c.Claimed {
			n += m
		}
		if n != c.Total {
			t.Errorf("%s adds up to %d of %d", c.Group, n, c.Total)
		}
	}
	if !slices.Equal(got, []string{"mx", "gt", "asylum", "detention"}) {
		t.Errorf("%v", got)
	}
}

func TestAudit(t *testing.T) {
	at := noon
	b := newBook(t, &at)
	r := report("mx-01", Claimed, Done, "")
	r.Note = "=HYPERLINK(\"x\")\nsecond <line>"
	add(t, b, r)
	gone := add(t, b, report("gt-01", Assessed, Blocked, ""))
	if err := b.Delete(t.Context(), "gt-01", gone.ID, "operator"); err != nil {
		t.Fatal(err)
	}
	all, err := b.All(t.Context())
	if err != nil || len(all) != 2 || all[0].Commitment != "gt-01" {
		t.Fatal(all, err)
	}
	var jsonl, table strings.Builder
	if err := errors.Join(WriteJSONL(&jsonl, all), WriteCSV(&table, all)); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(jsonl.String()))
	for i := range all {
		var back Report
		if err := dec.Decode(&back); err != nil || back.ID != all[i].ID || back.Note != all[i].Note || (back.Deleted == nil) != (all[i].Deleted == nil) {
			t.Errorf("%+v %v", back, err)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(table.String())).ReadAll()
	if err != nil || len(rows) != 3 || len(rows[0]) != len(csvFields()) || rows[2][8] != "'"+r.Note || rows[1][14] != "operator" {
		t.Errorf("%q %v", rows, err)
	}
}

func TestSealed(t *testing.T) {
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	old, other := []byte("a secret of 32 bytes for testing"), []byte("another secret of bytes, as long")
	open := func(secrets ...[]byte) *Book {
		s, err := store.New(rdb, store.Options{Secrets: secrets})
		if err != nil {
			t.Fatal(err)
		}
		return NewBook(s, nil)
	}
	add(t, open(old), report("mx-01", Claimed, Done, ""))
	for _, key := range rdb.Keys(t.Context(), "*").Val() {
		if d := rdb.PTTL(t.Context(), key).Val(); d != -1 {
			t.Errorf("%s expires in %v: staff's records are kept", key, d)
		}
		for _, v := range rdb.HGetAll(t.Context(), key).Val() {
			if strings.Contains(v, "Zoraida") {
				t.Errorf("%s holds what somebody wrote", key)
			}
		}
	}
	if history, err := open(other).History(t.Context(), "mx-01"); err != nil || len(history) != 0 {
		t.Error(history, err)
	}
	sealed, lost, err := open(other, old).Reseal(t.Context())
	if err != nil || sealed != 1 || lost != 0 {
		t.Fatal(sealed, lost, err)
	}
	if history, err := open(other).History(t.Context(), "mx-01"); err != nil || len(history) != 1 {
		t.Error(history, err)
	}
}

func known(id string) bool { return id == "mx-01" || id == "gt-01" }

func TestMilestonesFromYAML(t *testing.T) {
	good := "- commitment: mx-01\n  date: 2027-06-30\n  title: {es: Plan publicado, en: Plan published}\n  source: https://example.org/plan\n- commitment: gt-01\n  date: 2026-01-31\n  title: {es: Informe, en: Report}\n  source: Acta 3, página 2\n"
	all, faults := ReadMilestones([]byte(good), "m.yaml", known)
	if err := faults.Err(); err != nil || len(all) != 2 || all[0].Date != "2027-06-30" || all[0].Title.EN != "Plan published" {
		t.Fatalf("%+v %v", all, err)
	}
	at := noon
	b := newBook(t, &at)
	for range 2 { // the same file twice is the same milestones
		if err := b.AddMilestones(t.Context(), all); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := b.Milestones(t.Context())
	if err != nil || len(kept) != 2 || kept[0].Commitment != "gt-01" {
		t.Fatalf("%+v %v", kept, err)
	}
	if over := Overdue(kept, nil, "2026-11-25"); len(over) != 1 || over[0].Commitment != "gt-01" {
		t.Errorf("%+v", over)
	}
	if over := Overdue(kept, map[string]Current{"gt-01": {Claimed: &Report{Status: Done}}}, "2026-11-25"); len(over) != 0 {
		t.Errorf("%+v", over)
	}
	if err := errors.Join(b.DropMilestone(t.Context(), kept[0].ID)); err != nil {
		t.Fatal(err)
	}
	if err := b.DropMilestone(t.Context(), kept[0].ID); !errors.Is(err, ErrUnknown) {
		t.Error(err)
	}
	for text, want := range map[string]string{
		strings.Replace(good, "gt-01", "xx-01", 1):                   "m.yaml:5: there is no commitment \"xx-01\"",
		strings.Replace(good, "2026-01-31", "31/01/2026", 1):         "m.yaml:5: date: \"31/01/2026\" is no day",
		strings.Replace(good, "es: Informe, ", "", 1):                "m.yaml:5: a title in both languages",
		strings.Replace(good, "  source: Acta 3, página 2\n", "", 1): "m.yaml:5: source says where",
		strings.Replace(good, "source: Acta", "sources: Acta", 1):    "m.yaml:8: field sources not found",
		"a: b\n": "m.yaml:1: cannot unmarshal",
		"-\n":    "m.yaml:1: an item without",
	} {
		if _, faults := ReadMilestones([]byte(text), "m.yaml", known); faults.Err() == nil || !strings.Contains(faults.Err().Error(), want) {
			t.Errorf("%v, want %q", faults.Err(), want)
		}
	}
}

const calendarFile = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n" +
	"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;VALUE=DATE:20270630\r\nSUMMARY:mx-01: Plan\\, published\r\nURL:https://example.org/plan\r\nEND:VEVENT\r\n" +
	"BEGIN:VTODO\r\nUID:2\r\nDTSTAMP:20260101T000000Z\r\nDUE:20260131T180000Z\r\nSUMMARY:Report\r\nCATEGORIES:Follow-up,GT-01\r\nDESCRIPTION:Acta 3\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"

func TestMilestonesFromCalendar(t *testing.T) {
	all, faults := ReadCalendar([]byte(calendarFile), "m.ics", known)
	if err := faults.Err(); err != nil || len(all) != 2 {
		t.Fatalf("%+v %v", all, err)
	}
	if m := all[0]; m.Commitment != "mx-01" || m.Date != "2027-06-30" || m.Title.ES != "Plan, published" || m.Source != "https://example.org/plan" {
		t.Errorf("%+v", m)
	}
	if m := all[1]; m.Commitment != "gt-01" || m.Date != "2026-01-31" || m.Source != "Acta 3" {
		t.Errorf("%+v", m)
	}
	for text, want := range map[string]string{
		"hello":                                "m.ics:1: ",
		"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n": "m.ics:1: the calendar has no event",
		strings.Replace(calendarFile, "mx-01: ", "", 1):           "m.ics:4: a milestone names its commitment",
		strings.Replace(calendarFile, "GT-01", "X", 1):            "m.ics:11: a milestone names its commitment",
		strings.Replace(calendarFile, "DUE:20260131", "DUE:x", 1): "m.ics:11: date: ",
	} {
		if _, faults := ReadCalendar([]byte(text), "m.ics", known); faults.Err() == nil || !strings.Contains(faults.Err().Error(), want) {
			t.Errorf("%v, want %q", faults.Err(), want)
		}
	}
	// What is written can be read again.
	var out strings.Builder
	days := []Due{{ID: "a", Day: "2027-06-30", Commitments: []string{"mx-01"}, Title: "Plan; published, ñ", Text: "Acta 3", URL: "https://example.org/plan"}}
	if err := WriteCalendar(&out, "Cobijo", days, noon); err != nil {
		t.Fatal(err)
	}
	back, faults := ReadCalendar([]byte(out.String()), "m.ics", known)
	if faults.Err() != nil || len(back) != 1 || back[0].Date != days[0].Day || back[0].Title.EN != days[0].Title || back[0].Commitment != "mx-01" {
		t.Errorf("%+v %v\n%s", back, faults.Err(), out.String())
	}
}

func FuzzMilestones(f *testing.F) {
	f.Add([]byte(calendarFile))
	f.Add([]byte("- commitment: mx-01\n  date: 2027-06-30\n  title: {es: a, en: a}\n  source: b\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, read := range []func([]byte, string, func(string) bool) ([]Milestone, error){
			func(d []byte, n string, k func(string) bool) ([]Milestone, error) {
				m, f := ReadMilestones(d, n, k)
				return m, f.Err()
			},
			func(d []byte, n string, k func(string) bool) ([]Milestone, error) {
				m, f := ReadCalendar(d, n, k)
				return m, f.Err()
			},
		} {
			all, err := read(data, "f", known)
			if err != nil {
				continue
			}
			for _, m := range all {
				if _, err := ParseDay(string(m.Date)); err != nil || !known(m.Commitment) || m.Source == "" {
					t.Errorf("%+v", m)
				}
			}
		}
	})
}

// memory is a keeper that forgets when the test does.
type memory struct {
	Keeper
	mu      sync.Mutex
	records map[string]map[string][]byte
}

func (m *memory) AddReport(_ context.Context, commitment, id string, data []byte) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.records[commitment] == nil {
		m.records[commitment] = map[string][]byte{}
	}
	if _, ok := m.records[commitment][id]; ok {
		return false, nil
	}
	m.records[commitment][id] = data
	return true, nil
}

func (m *memory) Reports(_ context.Context, commitment string) (map[string][]byte, error) {
	return m.records[commitment], nil
}

// TestHistoryProperty: whatever is added, in whatever order, nothing is lost, the history is in the order in which it was said, and
// what holds is what is true of the latest day.
func TestHistoryProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := noon
		b := NewBook(&memory{records: map[string]map[string][]byte{}}, func() time.Time { return at })
		n := rapid.IntRange(1, 12).Draw(t, "n")
		latest := map[Kind]Day{}
		for range n {
			at = at.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "later")) * time.Second)
			r := report("mx-01", rapid.SampledFrom([]Kind{Claimed, Assessed}).Draw(t, "kind"), rapid.SampledFrom(Statuses()).Draw(t, "status"), Day("2026-11-0"+string(rune('1'+rapid.IntRange(0, 8).Draw(t, "day")))))
			if _, err := b.Add(context.Background(), r); err != nil {
				t.Fatal(err)
			}
			latest[r.Kind] = max(latest[r.Kind], r.AsOf)
		}
		history, err := b.History(context.Background(), "mx-01")
		if err != nil || len(history) != n || !slices.IsSortedFunc(history, func(a, b Report) int { return a.At.Compare(b.At) }) {
			t.Fatalf("%+v %v", history, err)
		}
		c := Derive(history)
		if c.Claimed != nil && c.Claimed.AsOf != latest[Claimed] || c.Assessed != nil && c.Assessed.AsOf != latest[Assessed] || (c.Claimed == nil) != (latest[Claimed] == "") {
			t.Errorf("%+v, want %v", c, latest)
		}
	})
}
