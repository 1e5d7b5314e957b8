package poster

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/markdown"
	"cobijo/locales"
	"cobijo/seeds"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func newMaker(t *testing.T) (*Maker, *guidance.Library) {
	t.Helper()
	l, faults := guidance.Load(seeds.FS)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		t.Fatal(err)
	}
	texts.OnError = func(lang, id string, err error) { t.Errorf("text %s in %s: %v", id, lang, err) }
	m, err := New(l, texts)
	if err != nil {
		t.Fatal(err)
	}
	return m, l
}

func mustDraw(t *testing.T, m *Maker, e *guidance.Entry, o Options) *Page {
	t.Helper()
	if e == nil {
		t.Fatal("no such entry")
	}
	if o.Link.URL == "" {
		link, err := PageLink("https://cobijo.example.org", e)
		if err != nil {
			t.Fatal(err)
		}
		o.Link = link
	}
	o.Now = now
	p, err := m.Draw(e, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// extent is what an op covers.
func (o op) extent() box {
	if o.text == "" {
		return o.box
	}
	return box{o.x, o.y - o.size*point*ascent, o.w, o.size * point * (ascent + descent)}
}

func said(p *Page) string {
	var b strings.Builder
	for _, o := range p.ops {
		b.WriteString(o.text + " ")
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func letters(s string) string { return strings.Join(strings.Fields(s), "") }

// The least letters of the steps, in points, that are read at an arm's length and more.
const smallestBody = 12

// Every entry of every country fits on both sheets in both languages, whole and within the margins.
func TestEveryEntryFits(t *testing.T) {
	for name, paper := range Papers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, l := newMaker(t)
			n := 0
			for _, c := range l.Countries {
				l.Entries(c.Code, func(e *guidance.Entry) bool {
					n++
					checkPage(t, m, e, mustDraw(t, m, e, Options{Paper: paper}))
					return true
				})
			}
			if n < 100 {
				t.Errorf("only %d entries were drawn", n)
			}
		})
	}
}

func checkPage(t *testing.T, m *Maker, e *guidance.Entry, p *Page) {
	t.Helper()
	if p.BodySize < smallestBody {
		t.Errorf("%s, %s: letters of %g points", e.ID(), e.Lang, p.BodySize)
	}
	const hair = 0.05
	for _, o := range p.ops {
		if b := o.extent(); b.x < margin-hair || b.x+b.w > p.Paper.Width-margin+hair || b.y < margin-2 || b.y+b.h > p.Paper.Height-margin+hair {
			t.Errorf("%s, %s: %q stands in the margin: %.1f", e.ID(), e.Lang, o.text, b)
		}
	}
	// The entry stands over the foot, whose top is the code's; nothing stands in the code's quiet zone.
	for _, o := range p.ops {
		b := o.extent()
		q := p.quiet
		if o.text != "" && b.x < q.x+q.w-hair && b.x+b.w > q.x+hair && b.y+b.h > q.y+hair && b.y < q.y+q.h-hair {
			t.Errorf("%s, %s: %q stands in the code: %.2f, %.2f", e.ID(), e.Lang, o.text, b, q)
		}
	}
	doc, _ := markdown.Parse(e.Body)
	got := letters(said(p))
	for line := range strings.SplitSeq(doc.Plain(), "\n") {
		// A list's numbers stand between the items and a link's address behind its text; all other words stand in order.
		for w := range strings.FieldsSeq(line) {
			if !strings.Contains(got, strings.TrimRight(w, ".,;:)")) {
				t.Errorf("%s, %s: %q is not on the poster", e.ID(), e.Lang, w)
			}
		}
	}
	for _, w := range m.warnings(e, now) {
		if !strings.Contains(got, letters(w)) {
			t.Errorf("%s, %s: the warning %q is not on the poster", e.ID(), e.Lang, w)
		}
	}
}

func TestWhatAPosterSays(t *testing.T) {
	m, l := newMaker(t)
	p := mustDraw(t, m, l.Entry("mx", "deadlines", "es"), Options{})
	text := said(p)
	for _, want := range []string{
		"México", "Plazo para pedirlo", "30 días hábiles", "1 Vaya a COMAR", "Pedir refugio es gratis.", "Emergencias: llame al 911",
		"Apunte aquí la cámara", "start=mx_deadlines", "UNHCR Help Mexico (marzo de 2026)", "Revisado el 23 de noviembre de 2026",
		"después del 22 de mayo de 2027", "agosto de 2025", "No es el gobierno ni un abogado",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if p.Title != "México · Plazo para pedirlo" {
		t.Errorf("title %q", p.Title)
	}
	// As one reads it: heading, answer, steps, numbers, sources.
	at := -1
	for _, want := range []string{"México", "Tiene 30", "1 Vaya", "gratis", "911", "Fuentes"} {
		i := strings.Index(text, want)
		if i < at {
			t.Errorf("%q stands before what it follows", want)
		}
		at = i
	}
}

// "It is free" is set off where an entry says it, and said by no poster whose entry does not.
func TestFree(t *testing.T) {
	for md, want := range map[string]bool{
		"Pedir refugio es gratis.":                 true,
		"Asking for refuge is free.":               true,
		"Pedir refugio en Canadá no cuesta nada.":  true,
		"What you do at ONPAR is free.":            true,
		"The humanitarian card is free too.":       true,
		"You may look for free legal help.":        false,
		"Return must be your own choice, and free": false,
		"Pedirlo no es gratis.":                    false,
		"Asking is not free.":                      false,
		"It is free. Bring your papers.":           false,
		"1. Asking is free.":                       false,
	} {
		doc, err := markdown.Parse(md)
		if err != nil {
			t.Fatal(err)
		}
		if got := isFree(doc[0]); got != want {
			t.Errorf("%q: %v", md, got)
		}
	}
}

func TestWarnings(t *testing.T) {
	m, l := newMaker(t)
	e := *l.Entry("mx", "deadlines", "en")
	e.Reviewed = guidance.Day(now)
	for _, tt := range []struct {
		volatile   bool
		confidence guidance.Confidence
		now        time.Time
		want       string
	}{
		{false, guidance.High, now, ""},
		{false, guidance.Medium, now, "Confirm it before you act."},
		{true, guidance.Medium, now, "As known in November 2026."},
		{true, guidance.High, now.AddDate(0, 4, 0), "was last checked on 25 November 2026"},
		{false, guidance.High, now.AddDate(0, 7, 0), "was last checked on 25 November 2026"},
		{false, guidance.Low, now, "Not sure:"},
	} {
		e.Volatile, e.Confidence = tt.volatile, tt.confidence
		got := strings.Join(m.warnings(&e, tt.now), " ")
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

// What nobody could read or print is an error, not a poster.
func TestRefusals(t *testing.T) {
	m, l := newMaker(t)
	link := Link{URL: "https://example.org", Caption: "poster_scan"}
	draw := func(change func(*guidance.Entry), link Link) error {
		e := *l.Entry("mx", "deadlines", "es")
		change(&e)
		_, err := m.Draw(&e, Options{Link: link, Now: now})
		return err
	}
	if err := draw(func(e *guidance.Entry) { e.Body = strings.Repeat(e.Body+"\n\n", 12) }, link); !errors.Is(err, ErrDoesNotFit) {
		t.Errorf("a long text: %v", err)
	}
	if err := draw(func(e *guidance.Entry) { e.Body = "Vaya 🏃 ya." }, link); err == nil || !strings.Contains(err.Error(), "no letter") {
		t.Errorf("a letter that the typeface lacks: %v", err)
	}
	if err := draw(func(e *guidance.Entry) { e.Body = "# Vaya" }, link); err == nil {
		t.Error("a heading was drawn")
	}
	if err := draw(func(e *guidance.Entry) { e.Country = "xx" }, link); err == nil {
		t.Error("an unknown country was drawn")
	}
	if err := draw(func(*guidance.Entry) {}, Link{URL: "https://example.org/" + strings.Repeat("a", 300)}); !errors.Is(err, ErrLinkTooLong) {
		t.Errorf("a long link: %v", err)
	}
	if err := draw(func(*guidance.Entry) {}, Link{}); err == nil {
		t.Error("a code without a link was drawn")
	}
}

// Whatever the words are, every row fits, and together the rows are the words.
func TestWrapProperties(t *testing.T) {
	m, _ := newMaker(t)
	p := &Page{Paper: Papers["a4"], regular: m.regular, bold: m.bold}
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.StringMatching(`[a-zA-ZñáéÍ0-9./:-]{1,60}`), 1, 30).Draw(t, "words")
		size := rapid.Float64Range(6, 60).Draw(t, "size")
		width := rapid.Float64Range(30, 180).Draw(t, "width")
		var line markdown.Line
		for i, s := range texts {
			line = append(line, markdown.Span{Text: s + " ", Bold: i%3 == 0})
		}
		rows := p.wrap(words(line, false), size, width)
		var got strings.Builder
		for _, r := range rows {
			p.ops = nil
			p.draw([]row{r}, 0, 0, size, 1)
			for _, o := range p.ops {
				got.WriteString(o.text)
				if o.x+o.w > width+0.001 {
					t.Fatalf("%q ends at %.2f of %.2f", o.text, o.x+o.w, width)
				}
			}
		}
		if want := strings.Join(texts, ""); letters(got.String()) != want {
			t.Fatalf("%q became %q", want, got.String())
		}
	})
}

// Paper cannot be pressed: the address stands behind a link's text, unless the text is the address.
func TestPrinted(t *testing.T) {
	for _, tt := range []struct{ text, url, want string }{
		{"help.unhcr.org/mexico", "https://help.unhcr.org/mexico/", "help.unhcr.org/mexico"},
		{"gob.mx/comar", "https://www.gob.mx/comar", "gob.mx/comar"},
		{"the list", "http://justice.gov/eoir/list", "the list (justice.gov/eoir/list)"},
		{"911", "tel:911", "911"},
		{"plain", "", "plain"},
	} {
		if got := printed(markdown.Span{Text: tt.text, URL: tt.url}); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// Each country's poster has numbers for the whole country, each in one piece.
func TestNumbers(t *testing.T) {
	m, l := newMaker(t)
	for _, c := range l.Countries {
		for _, lang := range guidance.Languages {
			numbers := m.numbers(c.Code, lang)
			if len(numbers) == 0 {
				t.Errorf("%s has no emergency number", c.Code)
			}
			p := mustDraw(t, m, l.Entry(c.Code, "how-to-apply", lang), Options{})
			for _, n := range numbers {
				if !slices.ContainsFunc(p.ops, func(o op) bool { return o.bold && o.text == n.dial }) {
					t.Errorf("%s: %s does not stand in one piece", c.Code, n.dial)
				}
			}
		}
	}
}
