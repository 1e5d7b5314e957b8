package guidance

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFind(t *testing.T) {
	fsys := content()
	delete(fsys, "guidance/regional/how-to-apply.es.md")
	l, _ := Load(fsys)
	for _, tt := range []struct {
		name, country, topic, lang string
		want                       string // country/topic.lang
	}{
		{"the country's own", "zz", "how-to-apply", "en", "zz/how-to-apply.en"},
		{"the country's own, in the other language", "zz", "how-to-apply", "es", "zz/how-to-apply.es"},
		{"the regional one where the country has none", "yy", "how-to-apply", "en", "regional/how-to-apply.en"},
		{"one language is better than silence", "yy", "how-to-apply", "es", "regional/how-to-apply.en"},
		{"a language that nobody writes in", "zz", "how-to-apply", "fr", "zz/how-to-apply.es"},
		{"no country", "", "how-to-apply", "en", "regional/how-to-apply.en"},
		{"nobody has one", "zz", "work", "en", ""},
		{"no such topic", "zz", "wonder", "en", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := ""
			if e := l.Find(tt.country, tt.topic, tt.lang); e != nil {
				got = e.ID() + "." + e.Lang
			}
			if got != tt.want {
				t.Errorf("found %q, want %q", got, tt.want)
			}
		})
	}
	// An answer for one country is never given for another.
	if e := l.Entry("yy", "how-to-apply", "en"); e != nil {
		t.Errorf("yy has no entry of its own, not %s", e.ID())
	}
	if e := l.Entry("xx", "how-to-apply", "en"); e != nil {
		t.Errorf("a country that does not stand in countries.yaml has %s", e.ID())
	}
}

func TestEntryParts(t *testing.T) {
	e := mustLoad(t, content()).Entry("zz", "how-to-apply", "en")
	if e.Lead != "You ask for asylum at the office, and it is free." {
		t.Errorf("lead: %q", e.Lead)
	}
	if want := e.Lead + "\n\n1. Go to the office soon.\n2. Call 55 1234 5678 before you go."; e.Body != want {
		t.Errorf("body: %q", e.Body)
	}
	if e.More != "You can also write to the office." {
		t.Errorf("more: %q", e.More)
	}
	if len(e.Sources) != 1 || e.Sources[0].URL != "https://zz.example" || len(e.Contacts) != 1 || e.Contacts[0].ID != "zz-office" {
		t.Errorf("sources %v, contacts %v", e.Sources, e.Contacts)
	}
	if e.Reviewed.String() != "2026-11-20" || e.Confidence != High || e.Volatile {
		t.Errorf("front matter: %+v", e)
	}
}

func TestCoverage(t *testing.T) {
	fsys := content()
	fsys["guidance/zz/work.en.md"] = fsys[enFile]
	edit(t, fsys, "guidance/zz/work.en.md", "2026-11-20", "2026-03-01")
	l := mustLoad(t, fsys)
	for _, tt := range []struct {
		country, lang string
		want          Coverage
		reviewed, old string
	}{
		{"zz", "en", Coverage{Have: 2, Of: 3, Missing: []string{"deadlines"}}, "2026-11-20", "2026-03-01"},
		{"zz", "es", Coverage{Have: 1, Of: 3, Missing: []string{"deadlines", "work"}}, "2026-11-20", "2026-11-20"},
		{"yy", "en", Coverage{Of: 3, Missing: []string{"how-to-apply", "deadlines", "work"}}, "", ""}, // the regional ones do not count
		{"xx", "en", Coverage{Of: 3, Missing: []string{"how-to-apply", "deadlines", "work"}}, "", ""},
	} {
		got := l.Coverage(tt.country, tt.lang)
		if got.Reviewed.String() != tt.reviewed || got.Oldest.String() != tt.old {
			t.Errorf("%s in %s: reviewed %s, oldest %s", tt.country, tt.lang, got.Reviewed, got.Oldest)
		}
		got.Reviewed, got.Oldest = Date{}, Date{}
		if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(Date{})); d != "" {
			t.Errorf("%s in %s: %s", tt.country, tt.lang, d)
		}
	}
	if got := l.Reviewed().String(); got != "2026-11-20" {
		t.Errorf("the latest review was on %s", got)
	}
}

func TestHelpers(t *testing.T) {
	fsys := content()
	edit(t, fsys, contactsFile, "  sources: [zz-law]\n- id: zz-office\n", "  sources: [zz-law]\n  helps: [violence]\n- id: zz-office\n")
	// Who detains people is named last to those who fear to be deported; an address comes after what can be called; what has neither
	// helps nobody now.
	edit(t, fsys, contactsFile, "[violence]", "[violence, deportation]")
	edit(t, fsys, contactsFile, "  helps: [violence]\n- id: zz-police", "  helps: [violence, deportation]\n- id: zz-police")
	fsys[contactsFile].Data = append(fsys[contactsFile].Data, "- id: zz-chat\n  kind: hotline\n  name: {es: Chat, en: Chat}\n  url: \"https://zz.example\"\n  sources: [zz-law]\n  helps: [violence, deportation]\n"...)
	edit(t, fsys, contactsFile, "phones: [{number: \"911\", dial: \"911\"}]\n  sources: [zz-law]\n  helps: [violence]", "phones: [{number: \"911\", dial: \"911\"}]\n  sources: [zz-law]\n  helps: [violence, deportation]")
	edit(t, fsys, contactsFile, "- id: zz-line", "- id: zz-net\n  kind: hotline\n  name: {es: Red, en: Net}\n  sources: [zz-law]\n  helps: [violence, self-harm]\n- id: zz-line")
	l := mustLoad(t, fsys)
	for _, tt := range []struct {
		country, danger string
		want            []string
	}{
		{"zz", "violence", []string{"zz-police", "zz-line", "zz-chat", "zz-office-north"}}, // what answers at once goes first
		{"zz", "deportation", []string{"zz-line", "zz-chat", "zz-office-north", "zz-police"}},
		{"zz", General, []string{"zz-police"}},
		{"zz", "self-harm", nil},
		{"yy", "violence", nil}, // another country's numbers do not answer there
		{"xx", "violence", nil},
	} {
		var got []string
		for _, c := range l.Helpers(tt.country, tt.danger) {
			got = append(got, c.ID)
			if c.Country != tt.country {
				t.Errorf("%s helps in %s", c.ID, c.Country)
			}
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s in %s: %s", tt.danger, tt.country, d)
		}
	}
	var order []string
	for _, c := range l.Contacts("zz") {
		order = append(order, c.ID)
	}
	if d := cmp.Diff([]string{"zz-office-north", "zz-office", "zz-net", "zz-line", "zz-police", "zz-chat"}, order); d != "" {
		t.Errorf("Helpers changed the order of the contacts: %s", d)
	}
}

func TestEmergencyFallsBack(t *testing.T) {
	fsys := content()
	delete(fsys, "emergency/violence.es.md")
	l := mustLoad(t, fsys)
	for _, tt := range []struct{ danger, lang, want string }{
		{"violence", "en", "violence"}, {"violence", "es", General}, {"boredom", "es", General}, {"violence", "fr", ""},
	} {
		got := ""
		if e := l.Emergency(tt.danger, tt.lang); e != nil {
			if got = e.Danger; e.Lang != tt.lang {
				t.Errorf("%s in %s is in %s", tt.danger, tt.lang, e.Lang)
			}
		}
		if got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.danger, tt.lang, got, tt.want)
		}
	}
}

func TestStale(t *testing.T) {
	reviewed := Day(time.Date(2026, 5, 1, 15, 0, 0, 0, time.UTC))
	for _, tt := range []struct {
		volatile bool
		days     int
		want     bool
	}{
		{true, 90, false}, {true, 91, true}, {false, 91, false}, {false, 180, false}, {false, 181, true},
	} {
		e := &Entry{Reviewed: reviewed, Volatile: tt.volatile}
		if got := e.Stale(reviewed.AddDate(0, 0, tt.days)); got != tt.want {
			t.Errorf("volatile %v, after %d days: %v", tt.volatile, tt.days, got)
		}
	}
	if never := (&Entry{}); !never.Stale(reviewed.Time) {
		t.Error("what was never reviewed is stale")
	}
}

func TestOldest(t *testing.T) {
	day := func(s string) *Source {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return &Source{AsOf: Day(d)}
	}
	for _, tt := range []struct {
		sources []*Source
		want    string
	}{
		{[]*Source{day("2025-01-02"), day("2024-03-04"), day("2026-05-06")}, "2024-03-04"},
		{[]*Source{{}, day("2025-01-02"), {}}, "2025-01-02"}, // one without a date tells nothing
		{[]*Source{{}}, ""},
		{nil, ""},
	} {
		if got := (&Entry{Sources: tt.sources}).Oldest().String(); got != tt.want {
			t.Errorf("oldest is %q, want %q", got, tt.want)
		}
	}
}

func TestCheckedWithin(t *testing.T) {
	const d = 90 * 24 * time.Hour
	for _, tt := range []struct {
		asOf time.Time
		want bool
	}{
		{today.Add(-d + 24*time.Hour), true}, {today.Add(-d - 24*time.Hour), false},
	} {
		if got := (&Contact{AsOf: Day(tt.asOf)}).CheckedWithin(d, today); got != tt.want {
			t.Errorf("seen on %s: %v", tt.asOf, got)
		}
	}
	if (&Contact{}).CheckedWithin(d, today) {
		t.Error("one without a date was not checked")
	}
}

func TestEntries(t *testing.T) {
	l := mustLoad(t, content())
	var got []string
	for e := range func(yield func(*Entry) bool) { l.Entries("zz", yield) } {
		got = append(got, e.ID()+"."+e.Lang)
	}
	if d := cmp.Diff([]string{"zz/how-to-apply.es", "zz/how-to-apply.en"}, got); d != "" {
		t.Error(d)
	}
	for range func(yield func(*Entry) bool) { l.Entries("zz", yield) } {
		break // must stop at once: to go on after the loop has ended is a panic
	}
}

func TestRegionalSourcesAreEverybodys(t *testing.T) {
	l := mustLoad(t, content())
	if l.Source("zz", "all-law") == nil || l.Source("zz", "zz-law") == nil {
		t.Error("a country cites its own sources and the regional ones")
	}
	if l.Source("yy", "zz-law") != nil || l.Source(Regional, "zz-law") != nil {
		t.Error("a country's source is its own")
	}
}
