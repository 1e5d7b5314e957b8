package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	api "github.com/slack-go/slack"

	"cobijo/bot/dialogue"
	"cobijo/bot/fakeslack"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
)

var update = flag.Bool("update", false, "write the golden files as the messages are now")

// standing are reminders for which nothing has run: what they say is given.
type standing struct {
	Reminders
	subs    []reminders.Subscription
	waiting []reminders.Digest
}

func (s standing) Subscriptions(context.Context, string, string) ([]reminders.Subscription, error) {
	return s.subs, nil
}

func (s standing) Waiting(context.Context, string, string, []string) ([]reminders.Digest, error) {
	return s.waiting, nil
}

func (s standing) Next(sub reminders.Subscription, _ int) ([]reminders.Occurrence, error) {
	zone := zoneOf(sub)
	return []reminders.Occurrence{{Moment: time.Date(2026, 12, 2, 9, 0, 0, 0, zone)}}, nil
}

func goldenDigest(lang string) reminders.Digest {
	zone, _ := time.LoadLocation("America/Mexico_City")
	ana, luis := progress.Person{ID: "U0ANA", Name: "Ana"}, progress.Person{ID: "U0LUIS", Name: "Luis"}
	item := func(id string) reminders.Item {
		return reminders.Item{Commitment: id, Asked: []string{luis.ID, "S0COORD"}}
	}
	d := reminders.Digest{
		Occurrence: "mexico-semanal@2026-11-25", Kind: reminders.Review, Lang: lang, Due: time.Date(2026, 11, 25, 9, 0, 0, 0, zone),
		Subscription: reminders.Subscription{
			ID: "mexico-semanal", Team: "T0", Channel: "C0TEAM", Participants: []string{"mx"}, Themes: []string{"detention"}, Rhythm: reminders.Rhythm{Preset: reminders.Weekly},
			Hour: 9, Zone: "America/Mexico_City", Lang: lang, First: "2026-11-04", Answerers: []string{luis.ID, "S0COORD"}, Owner: ana,
		},
		Items: []reminders.Item{item("mx-04"), item("mx-12"), item("joint-05")},
	}
	d.Items[0].Claimed = &reminders.StatusLine{Status: progress.UnderWay, Who: luis, AsOf: "2026-10-22", Days: 34, Evidence: "https://www.gob.mx/informe", Note: "El reglamento está en consulta."}
	d.Items[0].Assessed = &reminders.StatusLine{Status: progress.NotStarted, Who: ana, AsOf: "2026-06-30", Days: 148}
	d.Items[1].Milestone = &progress.Milestone{Commitment: "mx-12", Date: "2026-11-01"}
	d.Items[1].Milestone.Title.EN, d.Items[1].Milestone.Title.ES = "Alternatives working in all states", "Alternativas funcionando en todos los estados"
	d.Items[1].Level = reminders.AskedAgain
	return d
}

func answeredDigest(lang string) reminders.Digest {
	d := goldenDigest(lang)
	luis := progress.Person{ID: "U0LUIS", Name: "Luis"}
	at := time.Date(2026, 11, 25, 20, 2, 0, 0, time.UTC)
	d.Items[0].Claimed = &reminders.StatusLine{Status: progress.Done, Who: luis, AsOf: "2026-11-24", Days: 1, Evidence: "https://www.gob.mx/informe"}
	d.Items[0].Answered = &reminders.Answer{How: reminders.Reported, Who: luis, At: at}
	d.Items[1].Snoozed, d.Items[1].SnoozedBy = time.Date(2026, 12, 2, 6, 0, 0, 0, time.UTC), luis.ID
	d.Items[2].Reassigned = &reminders.Reassigned{To: progress.Person{ID: "U0ANA"}, By: luis, At: at}
	return d
}

// goldens are the main messages, as somebody sees them who speaks a language.
func goldens(t *testing.T, c *Channel, lang string) map[string]any {
	ctx := t.Context()
	sub := goldenDigest(lang).Subscription
	paused := sub
	paused.ID, paused.Channel, paused.Paused = "gt-mensual", "C0OLD", &reminders.Pause{Why: reminders.PausedGone, Cause: "is_archived", Since: fixedNow}
	paused.Participants, paused.Themes, paused.Rhythm = []string{"gt", "hn"}, nil, reminders.Rhythm{Preset: reminders.Monthly, Day: 31}
	c.remind = standing{subs: []reminders.Subscription{sub, paused}, waiting: []reminders.Digest{goldenDigest(lang)}}
	preview := goldenDigest(lang)
	preview.Only = "U0ANA"
	week := goldenDigest(lang)
	week.Kind, week.Late = reminders.Week, true
	d := goldenDigest(lang)
	about := formAbout{Occurrence: d.Occurrence, Commitment: "mx-04", Channel: "C0TEAM"}
	groups := []api.UserGroup{{ID: "S0COORD", Name: "Coordinación"}, {ID: "S0LEGAL", Name: "Legal"}}
	home := c.homeSheet(ctx, lang, "T0", "U0ANA")
	replies, err := c.service.Aside(dialogue.Session{Lang: lang, LangChosen: true, Introduced: true, Staff: true}, dialogue.Message{Choice: "entry:mx/deadlines"})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"help":            c.helpSheet(lang).message(),
		"list":            c.listSheet(ctx, lang, query{participants: []string{"mx"}}, 0).message(),
		"list-words":      c.listSheet(ctx, lang, c.readQuery("detention children"), 0).message(),
		"card":            c.cardSheet(ctx, lang, c.base.Statement.Commitment("mx-04")).message(),
		"history":         c.historySheet(ctx, lang, c.base.Statement.Commitment("mx-04")).message(),
		"compare":         c.compareSheet(ctx, lang, query{participants: []string{"mx", "hn"}, theme: "children"}).message(),
		"progress":        c.progressSheet(ctx, lang, query{}).message(),
		"progress-mx":     c.progressSheet(ctx, lang, query{participants: []string{"mx"}}).message(),
		"guidance":        c.sheetOf(ctx, replies[len(replies)-1]).message(),
		"digest":          c.digestSheet(d, 0).message(),
		"digest-answered": c.digestSheet(answeredDigest(lang), 0).message(),
		"digest-preview":  c.digestSheet(preview, 0).message(),
		"digest-week":     c.digestSheet(week, 0).message(),
		"note-again":      c.noteSheet(reminders.Note{Kind: reminders.NoteAgain, Lang: lang, Mention: []string{"U0LUIS"}, Items: d.Items[:1]}).message(),
		"note-escalation": c.noteSheet(reminders.Note{Kind: reminders.NoteGroup, Lang: lang, Mention: []string{"S0COORD"}, Items: d.Items}).message(),
		"notice-archived": c.noticeSheet(reminders.Notice{Kind: reminders.NoticePaused, Lang: lang, Why: reminders.PausedGone, Cause: "is_archived", Subscription: sub}).message(),
		"form-report":     c.reportForm(lang, d, about),
		"form-snooze":     c.moreForm(lang, moreDate, d, about),
		"form-hand-over":  c.moreForm(lang, moreHand, d, about),
		"form-subscribe":  c.subscribeForm(lang, sub, groups),
		"home":            api.HomeTabViewRequest{Type: api.VTHomeTab, Blocks: home.view(), CallbackID: "home"},
		"subscriptions": func() *message {
			s := &sheet{}
			c.listSubscriptions(s, lang, []reminders.Subscription{sub, paused})
			return s.message()
		}(),
	}
}

// TestGolden keeps the main messages as Block Kit, and as people see them. `go test ./bot/slack -run Golden -update` writes them
// anew; the change is then read.
func TestGolden(t *testing.T) {
	base, err := readBase()
	if err != nil {
		t.Fatal(err)
	}
	c := offline(t, base)
	for i, r := range []progress.Report{
		{Commitment: "mx-04", Kind: progress.Claimed, Status: progress.UnderWay, Who: progress.Person{ID: "U0LUIS"}, AsOf: "2026-10-22", Evidence: "https://www.gob.mx/informe", Note: "El reglamento está en consulta.\nFalta la firma de <la> secretaría & el visto bueno."},
		{Commitment: "mx-04", Kind: progress.Assessed, Status: progress.NotStarted, Who: progress.Person{ID: "U0ANA"}, AsOf: "2026-06-30"},
		{Commitment: "mx-01", Kind: progress.Claimed, Status: progress.Done, Who: progress.Person{ID: "U0LUIS"}, AsOf: "2026-11-24"},
		{Commitment: "hn-01", Kind: progress.Claimed, Status: progress.Blocked, Who: progress.Person{ID: "U0EVA"}, AsOf: "2026-11-20"},
	} {
		r.At = fixedNow.Add(time.Duration(i) * time.Minute)
		if _, err := c.book.Add(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	for _, lang := range []string{"es", "en"} {
		for name, v := range goldens(t, c, lang) {
			t.Run(name+"."+lang, func(t *testing.T) {
				switch v := v.(type) {
				case *message:
					looked(t, name, v)
				case api.ModalViewRequest:
					viewLooked(t, name, "modal", v, v.Blocks)
				case api.HomeTabViewRequest:
					viewLooked(t, name, "home", v, v.Blocks)
				}
				var raw bytes.Buffer
				enc := json.NewEncoder(&raw)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				if err := enc.Encode(v); err != nil {
					t.Fatal(err)
				}
				golden(t, name+"."+lang+".json", raw.String())
				golden(t, name+"."+lang+".txt", names.Replace(fakeslack.Show(v))+"\n")
			})
		}
	}
}

var names = strings.NewReplacer("U0ANA", "ana", "U0LUIS", "luis", "U0EVA", "eva", "S0COORD", "coordinación", "C0TEAM", "equipo", "C0OLD", "antiguo")

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is otherwise now (-file +now):\n%s", file, diff)
	}
}
