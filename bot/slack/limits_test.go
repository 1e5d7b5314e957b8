package slack

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	api "github.com/slack-go/slack"
	"pgregory.net/rapid"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/fakeslack"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/bot/store"
	"cobijo/knowledge"
	"cobijo/knowledge/statement"
	"cobijo/locales"
	"cobijo/seeds"
)

var readBase = sync.OnceValues(func() (*knowledge.Base, error) { return knowledge.Load(seeds.FS) })

var fixedNow = time.Date(2026, time.November, 25, 15, 0, 0, 0, time.UTC)

// offline is the channel without a Slack: what it writes is looked at.
func offline(t testing.TB, base *knowledge.Base) *Channel {
	t.Helper()
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	rdb, stop := store.Embedded()
	t.Cleanup(stop)
	st, err := store.New(rdb, store.Options{Secrets: [][]byte{[]byte("a secret of 32 bytes for testing")}})
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return fixedNow }
	log := slog.New(slog.DiscardHandler)
	service := bot.New(bot.Options{Dialogue: dialogue.New(base, texts, dialogue.Options{}), Store: st, Texts: texts, Log: log, Now: now})
	c, err := New(service, base, texts, progress.NewBook(st, now), Options{BotToken: "xoxb-x", AppToken: "xapp-x", APIURL: "http://127.0.0.1:1", Log: log, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// wild is what somebody might write: marks, mentions, everything that Slack gives a meaning to, long and in any script.
func wild(most int) *rapid.Generator[string] {
	bits := rapid.SampledFrom([]string{"<!channel>", "<!here>", "<!everyone>", "<@U123>", "<#C1>", "@channel", "&", "<", ">", "&amp;", "*", "_", "~", "`", "\n", "\r\n", "\n\n", " ", "|", "\u202e",
		"\x00", "😀", "ñandú", "<https://a.example|b>", "https://example.org/a?b=1&c=2", strings.Repeat("x", 100), "palabra ", "<!subteam^S1>", "```"})
	return rapid.Custom(func(t *rapid.T) string {
		s := strings.Join(rapid.SliceOfN(bits, 0, 120).Draw(t, "bits"), "") + rapid.StringN(0, 200, -1).Draw(t, "rest")
		if r := []rune(s); len(r) > most {
			s = string(r[:most])
		}
		return s
	})
}

var (
	anyMention = regexp.MustCompile(`<(!|@|#)[^>]*>`)
	ourMention = regexp.MustCompile(`^<(@[UW][A-Z0-9]+|!subteam\^S[A-Z0-9]+|#[CGD][A-Z0-9]+)>$`)
)

// looked checks what would be sent by Slack's limits, and that it names nobody but whom we named.
func looked(t interface {
	Errorf(format string, args ...any)
}, what string, m *message, allowed ...string) {
	raw, err := json.Marshal(m.Blocks)
	if err != nil {
		t.Errorf("%s: %v", what, err)
		return
	}
	var blocks []any
	if err := json.Unmarshal(raw, &blocks); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	for _, fault := range fakeslack.CheckBlocks("message", blocks) {
		t.Errorf("%s: %s", what, fault)
	}
	if m.Text == "" || units(m.Text) > 4000 || !utf8.ValidString(m.Text) {
		t.Errorf("%s: the text has %d characters", what, units(m.Text))
	}
	size := 0
	for _, b := range m.Blocks.BlockSet {
		size += weight(b)
	}
	if size > maxMessage {
		t.Errorf("%s: %d characters in all", what, size)
	}
	harmless(t, what, m.Text, allowed)
	for _, b := range m.Blocks.BlockSet {
		for _, text := range texts(b) {
			harmless(t, what, text, allowed)
		}
	}
}

// harmless tells what a text would ping.
func harmless(t interface {
	Errorf(format string, args ...any)
}, what, text string, allowed []string) {
	for _, m := range anyMention.FindAllString(text, -1) {
		known := ourMention.MatchString(m)
		for _, a := range allowed {
			known = known && !strings.Contains(m, "EVIL") || m == a
		}
		if !known {
			t.Errorf("%s: %q would name somebody", what, m)
		}
	}
}

func viewLooked(t interface {
	Errorf(format string, args ...any)
}, what, surface string, v any, blocks api.Blocks) {
	raw, err := json.Marshal(v)
	if err != nil || len(raw) > 250_000 {
		t.Errorf("%s: %d bytes, %v", what, len(raw), err)
	}
	b, _ := json.Marshal(blocks)
	var list []any
	_ = json.Unmarshal(b, &list)
	for _, fault := range fakeslack.CheckBlocks(surface, list) {
		t.Errorf("%s: %s", what, fault)
	}
	if m, ok := v.(api.ModalViewRequest); ok {
		for name, s := range map[string]*api.TextBlockObject{"title": m.Title, "submit": m.Submit, "close": m.Close} {
			if s != nil && (units(s.Text) > maxTitle || strings.HasSuffix(s.Text, "…")) {
				t.Errorf("%s: the %s %q is cut", what, name, s.Text)
			}
		}
		if units(m.PrivateMetadata) > maxPrivate || len(m.CallbackID) > 255 {
			t.Errorf("%s: its metadata is too long", what)
		}
	}
}

// strange is a statement as long as any could be.
func strange(t *rapid.T, base *knowledge.Base) *knowledge.Base {
	s := *base.Statement
	b := *base
	b.Statement = &s
	text := statement.Text{EN: wild(4000).Draw(t, "en"), ES: wild(4000).Draw(t, "es")}
	for _, c := range rapid.SliceOfN(rapid.SampledFrom(s.Commitments), 1, 5).Draw(t, "which") {
		old := *c
		t.Cleanup(func() { *c = old })
		c.Text = text
		c.Title = statement.Text{EN: clip(text.EN, 300), ES: clip(text.ES, 300)}
	}
	return &b
}

func drawLine(t *rapid.T) *reminders.StatusLine {
	if !rapid.Bool().Draw(t, "reported") {
		return nil
	}
	return &reminders.StatusLine{
		Status: rapid.SampledFrom(progress.Statuses()).Draw(t, "status"), Who: progress.Person{ID: rapid.SampledFrom([]string{"U1ANA", "<!channel>", "W2"}).Draw(t, "who"), Name: wild(200).Draw(t, "name")},
		AsOf: "2026-10-01", Days: 55, Evidence: rapid.SampledFrom([]string{"", "https://example.org/|<!channel>", "https://example.org/" + strings.Repeat("a", 1900), "javascript:x"}).Draw(t, "evidence"), Note: wild(3000).Draw(t, "note"),
	}
}

func drawDigest(t *rapid.T, base *knowledge.Base) reminders.Digest {
	var parts []string
	for _, p := range base.Statement.Participants {
		parts = append(parts, p.ID)
	}
	d := reminders.Digest{
		Occurrence: strings.Repeat("s", 40) + "@2026-11-25", Kind: rapid.SampledFrom([]reminders.DigestKind{reminders.Review, reminders.Week}).Draw(t, "kind"),
		Due: fixedNow, Late: rapid.Bool().Draw(t, "late"), Lang: rapid.SampledFrom([]string{"es", "en", "fr", ""}).Draw(t, "lang"),
		Only: rapid.SampledFrom([]string{"", "U1ANA"}).Draw(t, "only"), Superseded: rapid.Bool().Draw(t, "superseded"),
		Subscription: reminders.Subscription{
			ID: strings.Repeat("s", 40), Team: "T1", Channel: rapid.SampledFrom([]string{"C1", "<!here>"}).Draw(t, "channel"), Participants: parts, Zone: "America/Mexico_City",
			Owner: progress.Person{ID: "U1ANA"},
		},
	}
	for range rapid.IntRange(0, 60).Draw(t, "items") {
		i := reminders.Item{
			Commitment: rapid.SampledFrom(append(idsOf(base.Statement.Commitments), "zz-99<!channel>", strings.Repeat("y", 250))).Draw(t, "commitment"),
			Claimed:    drawLine(t), Assessed: drawLine(t),
			Asked: rapid.SliceOfN(rapid.SampledFrom([]string{"U1ANA", "S1", "<!channel>", "@here"}), 0, 40).Draw(t, "asked"),
			Level: reminders.Level(rapid.IntRange(0, 5).Draw(t, "level")),
		}
		who := &reminders.Answer{How: rapid.SampledFrom([]reminders.AnswerKind{reminders.Reported, reminders.NothingNew, reminders.Stopped}).Draw(t, "how"), Who: progress.Person{ID: "U1ANA", Name: wild(50).Draw(t, "n")}, At: fixedNow}
		switch rapid.IntRange(0, 5).Draw(t, "state") {
		case 0:
			i.Answered = who
		case 1:
			i.Stopped = who
		case 2:
			i.Snoozed, i.SnoozedBy = fixedNow.AddDate(0, 0, 3), "U1ANA"
		case 3:
			i.Reassigned = &reminders.Reassigned{To: progress.Person{ID: "U2"}, By: progress.Person{ID: "U1ANA"}, At: fixedNow}
		}
		if rapid.Bool().Draw(t, "milestone") {
			i.Milestone = &progress.Milestone{Date: "2026-11-01", Title: statement.Text{EN: wild(500).Draw(t, "title")}}
		}
		d.Items = append(d.Items, i)
	}
	return d
}

// TestLimits writes everything that is ever sent about commitments, digests, notes and people as strange as they come.
func TestLimits(t *testing.T) {
	base, err := readBase()
	if err != nil {
		t.Fatal(err)
	}
	c := offline(t, base)
	groups := make([]api.UserGroup, 150)
	for i := range groups {
		groups[i] = api.UserGroup{ID: fmt.Sprintf("S%03d", i), Name: strings.Repeat("grupo & <co> ", 20)}
	}
	rapid.Check(t, func(t *rapid.T) {
		was := c.base
		c.base = strange(t, base)
		t.Cleanup(func() { c.base = was })
		lang := rapid.SampledFrom([]string{"es", "en"}).Draw(t, "lang")
		d := drawDigest(t, base)
		for n, m := range c.digestSheet(d, 0).messages() {
			looked(t, "digest", m)
			if n > 0 {
				t.Errorf("a digest in %d messages", n+1)
			}
		}
		for _, m := range c.digestSheet(d, rapid.IntRange(-1, 70).Draw(t, "from")).messages() {
			looked(t, "rest of a digest", m)
		}
		kinds := []reminders.NoteKind{reminders.NoteAgain, reminders.NoteGroup, reminders.NoteSnoozeOver, reminders.NoteReassigned}
		looked(t, "note", c.noteSheet(reminders.Note{Kind: rapid.SampledFrom(kinds).Draw(t, "note"), Lang: lang, Items: d.Items, Mention: []string{"S1", "<!channel>"}}).message())
		notice := reminders.Notice{Kind: rapid.SampledFrom([]reminders.NoticeKind{reminders.NoticePaused, reminders.NoticeFailed}).Draw(t, "notice"), Lang: lang, Subscription: d.Subscription,
			Why: rapid.SampledFrom([]reminders.PauseReason{reminders.PausedByPerson, reminders.PausedGone, reminders.PausedConfig}).Draw(t, "why"), Cause: wild(300).Draw(t, "cause"), By: "U1ANA"}
		looked(t, "notice", c.noticeSheet(notice).message())

		id := rapid.SampledFrom(base.Statement.Commitments).Draw(t, "one").ID
		about := formAbout{Occurrence: d.Occurrence, Commitment: id, Channel: "C1"}
		v := c.reportForm(lang, d, about)
		viewLooked(t, "report", "modal", v, v.Blocks)
		for _, what := range []string{moreDate, moreHand, moreStop} {
			v := c.moreForm(lang, what, d, about)
			viewLooked(t, what, "modal", v, v.Blocks)
		}
		sub := d.Subscription
		sub.Lang, sub.First, sub.Commitments = lang, "2026-12-01", idsOf(base.Statement.Commitments)
		sub.Answerers, sub.Unanswered.Group = []string{"U1", "S003"}, rapid.SampledFrom([]string{"", "U1", "S004"}).Draw(t, "group")
		sub.Rhythm = rapid.SampledFrom([]reminders.Rhythm{{Preset: reminders.Monthly}, {Cron: strings.Repeat("1,", 300)}, {RRule: "FREQ=DAILY"}}).Draw(t, "rhythm")
		v = c.subscribeForm(lang, sub, groups[:rapid.IntRange(0, 100).Draw(t, "groups")])
		viewLooked(t, "subscribe", "modal", v, v.Blocks)

		q := query{words: wild(500).Draw(t, "words"), participants: rapid.SliceOfN(rapid.SampledFrom(sub.Participants), 0, 37).Draw(t, "participants")}
		for _, s := range map[string]*sheet{
			"list": c.listSheet(t.Context(), lang, q, rapid.IntRange(-5, 200).Draw(t, "page")), "card": c.cardSheet(t.Context(), lang, c.base.Statement.Commitment(id)),
			"compare":  c.compareSheet(t.Context(), lang, query{participants: []string{"mx", "gt"}, words: q.words}),
			"progress": c.progressSheet(t.Context(), lang, q), "help": c.helpSheet(lang),
		} {
			for _, m := range s.messages() {
				looked(t, "answer", m)
			}
		}
		for _, m := range c.sheetOf(t.Context(), bot.Reply{Lang: lang, Text: wild(9000).Draw(t, "reply"), Choices: manyChoices(rapid.IntRange(0, 60).Draw(t, "choices"))}).messages() {
			looked(t, "reply", m, anyMention.FindAllString("", -1)...)
		}
	})
}

func manyChoices(n int) []bot.Choice {
	var all []bot.Choice
	for i := range n {
		all = append(all, bot.Choice{ID: fmt.Sprintf("topic:%d", i), Label: strings.Repeat("largo ", 20)})
	}
	return all
}

// TestEscape takes what anybody writes through all that it is put into.
func TestEscape(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := wild(3000).Draw(t, "text")
		e := escape(s)
		if strings.ContainsAny(e, "<>") {
			t.Fatalf("%q became %q", s, e)
		}
		for _, text := range []string{e, quoted(s), clipMarkup(e, 100), markup(quoted(clip(s, 900)), maxSection).Text} {
			if i := strings.IndexAny(strings.ReplaceAll(text, "\n> ", ""), "<"); i >= 0 {
				t.Fatalf("%q became %q", s, text)
			}
			if m := broken.FindString(text); m != "" {
				t.Fatalf("%q is cut within %q", s, m)
			}
		}
		if p := person(s); !ourMention.MatchString(p) && strings.ContainsAny(p, "<>") {
			t.Fatalf("%q names %q", s, p)
		}
		if l := webLink(s, s); strings.Count(l, "<") != 1 || strings.Count(l, ">") != 1 || strings.Count(l, "|") < 1 || !strings.HasSuffix(l, ">") {
			t.Fatalf("%q became %q", s, l)
		}
	})
}

// broken is an escaped character that was cut.
var broken = regexp.MustCompile(`&(a|am|amp|l|lt|g|gt)?(…|$)`)

// TestSplit cuts texts in Slack's markup: all is there, and no part is too long.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := escape(wild(9000).Draw(t, "text")) + "<https://example.org/" + strings.Repeat("a", rapid.IntRange(0, 50).Draw(t, "long")) + "|b> " + escape(wild(500).Draw(t, "more"))
		most := rapid.IntRange(80, 3000).Draw(t, "most")
		parts := split(s, most)
		strip := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if strip(strings.Join(parts, "")) != strip(s) {
			t.Fatalf("something is lost of %q: %q", s, parts)
		}
		for _, p := range parts {
			if units(p) > most || !utf8.ValidString(p) {
				t.Fatalf("%d characters: %q", units(p), p)
			}
			if !balanced(p) || broken.MatchString(p) {
				t.Fatalf("cut within something: %q", p)
			}
		}
		if c := clip(s, most); units(c) > most || !utf8.ValidString(c) {
			t.Fatalf("%d characters: %q", units(c), c)
		}
	})
}

// TestValues takes what stands in a button there and back.
func TestValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		args := rapid.SliceOfN(rapid.String(), 0, 6).Draw(t, "args")
		v := value(args...)
		if units(v) > maxValue {
			t.Fatalf("%d characters", units(v))
		}
		got, ok := readValue(v)
		if v == valueVersion {
			if ok {
				t.Fatal("a value that was left out is read")
			}
			return
		}
		if !ok || strings.Join(got, "\x00") != strings.Join(args, "\x00") {
			t.Fatalf("%q became %q", args, got)
		}
	})
}
