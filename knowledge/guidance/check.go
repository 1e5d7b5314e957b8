package guidance

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"time"

	"cobijo/knowledge/lint"
	"cobijo/knowledge/markdown"
	"cobijo/knowledge/readability"
)

// The bars that an entry's text must reach; seeds/README.md tells them to editors.
const (
	leadWords       = 25  // in the one-line answer
	bodyWords       = 120 // before "more"
	bodyRunes       = 720 // before "more": one message on a small screen
	entryWords      = 250 // in all
	emergencyWords  = 75
	sentenceWords   = 25
	fernandezHuerta = 70.0 // at least: "fairly easy"
	fleschKincaid   = 8.0  // at most: school grade
	reviewDays      = 180  // an entry is due for review after these
	titleRunes      = 30   // of a topic, for it stands on buttons
)

var contactKinds = []string{"authority", "unhcr", "un", "hotline", "emergency", "ombuds", "legal-aid", "ngo", "shelter", "health", "consulate"}

// Check names what is wrong with the content, beyond what Load could not read; now dates the reviews.
func (l *Library) Check(fsys fs.FS, now time.Time) lint.Faults {
	c := checker{l: l, fsys: fsys, now: now}
	for _, t := range l.Topics {
		c.title("topics.yaml", t.ID, t.Title)
	}
	for _, country := range l.Countries {
		c.country(country.Code)
	}
	for _, r := range l.Rumours {
		c.rumour(r)
	}
	for _, e := range l.Emergencies {
		c.emergency(e)
	}
	for _, d := range append([]string{General}, Dangers...) {
		for _, lang := range Languages {
			if e := l.Emergency(d, lang); e == nil || e.Danger != d {
				c.faults.Add(fmt.Sprintf("emergency/%s.%s.md", d, lang), 0, "is missing")
			}
		}
	}
	c.faults.Sort()
	return c.faults
}

type checker struct {
	l      *Library
	fsys   fs.FS
	now    time.Time
	faults lint.Faults
}

func (c *checker) line(file, text string) int { return lineIn(c.fsys, file, text) }

func (c *checker) add(file, at, format string, args ...any) {
	c.faults.Add(file, c.line(file, at), format, args...)
}

func (c *checker) title(file, id string, t Text) {
	for _, lang := range Languages {
		if t[lang] == "" {
			c.add(file, id, "%s has no title in %s", id, lang)
		} else if n := len([]rune(t[lang])); n > titleRunes {
			c.add(file, id, "the title %q has %d characters; %d fit on a button", t[lang], n, titleRunes)
		}
	}
}

func (c *checker) country(code string) {
	f := c.l.folders[code]
	if f == nil || len(f.entries) == 0 {
		return // a country without guidance is told as such
	}
	dir := "guidance/" + code
	for id, s := range f.sources {
		if code != Regional && c.l.folders[Regional].sources[id] == s {
			continue // named where it stands
		}
		if !strings.HasPrefix(s.URL, "http") {
			c.add(dir+"/sources.yaml", "id: "+id, "source %s has no URL", id)
		}
		if s.AsOf.After(c.now) {
			c.add(dir+"/sources.yaml", "id: "+id, "source %s is dated in the future: %s", id, s.AsOf)
		}
	}
	for _, t := range c.l.Topics {
		var twins []*Entry
		for _, lang := range Languages {
			if e := f.entries[entryKey{t.ID, lang}]; e != nil {
				c.entry(e, f)
				twins = append(twins, e)
			} else if t.Core || f.entries[entryKey{t.ID, other(lang)}] != nil {
				c.faults.Add(fmt.Sprintf("%s/%s.%s.md", dir, t.ID, lang), 0, "is missing")
			}
		}
		if len(twins) == len(Languages) {
			c.twins(twins[0], twins[1])
		}
	}
	seen := map[string]bool{}
	for _, ct := range f.contacts {
		if seen[ct.ID] {
			c.add(dir+"/contacts.yaml", "id: "+ct.ID, "contact %s stands twice", ct.ID)
		}
		seen[ct.ID] = true
		c.contact(dir+"/contacts.yaml", ct)
	}
	c.facts(dir+"/country.yaml", f)
}

func other(lang string) string {
	if lang == Languages[0] {
		return Languages[1]
	}
	return Languages[0]
}

// twins compares the two languages of an entry.
func (c *checker) twins(a, b *Entry) {
	differ := func(field string) {
		c.add(b.file, field+":", "%s is not the same as in the %s twin", field, a.Lang)
	}
	if !slices.Equal(a.Sources, b.Sources) {
		differ("sources")
	}
	if !slices.Equal(a.Contacts, b.Contacts) {
		differ("contacts")
	}
	if a.Confidence != b.Confidence {
		differ("confidence")
	}
	if a.Volatile != b.Volatile {
		differ("volatile")
	}
	if !slices.Equal(a.Related, b.Related) {
		differ("related")
	}
}

func (c *checker) entry(e *Entry, f *folder) {
	switch {
	case e.Reviewed.IsZero():
		c.faults.Add(e.file, 1, "reviewed is missing")
	case e.Reviewed.After(c.now):
		c.add(e.file, "reviewed:", "reviewed lies in the future: %s", e.Reviewed)
	case c.now.Sub(e.Reviewed.Time) > reviewDays*24*time.Hour:
		c.add(e.file, "reviewed:", "was last reviewed on %s; compare it with its sources again", e.Reviewed)
	}
	if !slices.Contains([]Confidence{High, Medium, Low}, e.Confidence) {
		c.add(e.file, "confidence:", "confidence is high, medium or low, not %q", e.Confidence)
	}
	if len(e.Sources) == 0 && e.Confidence != Low {
		c.add(e.file, "sources:", "an entry without sources has confidence low")
	}
	if n := len(e.Related); n < 2 || n > 4 {
		c.add(e.file, "related:", "related names 2 to 4 topics, not %d", n)
	}
	for _, r := range e.Related {
		if c.l.topics[r] == nil || r == e.Topic {
			c.add(e.file, r, "related: no other topic %q stands in topics.yaml", r)
		}
	}
	if n := len(e.Contacts); n > 4 {
		c.add(e.file, "contacts:", "an entry names up to 4 contacts, not %d", n)
	}
	body := parse(e.Body, e.file, e.bodyLine, &c.faults)
	more := parse(e.More, e.file, e.moreLine, &c.faults)
	lead := words(e.Lead)
	if lead == 0 || lead > leadWords {
		c.faults.Add(e.file, e.bodyLine, "the one-line answer has %d words; up to %d", lead, leadWords)
	}
	if n := words(e.Body); n > bodyWords {
		c.faults.Add(e.file, e.bodyLine, "%d words before \"***\"; up to %d", n, bodyWords)
	}
	if n := len([]rune(body.Plain())); n > bodyRunes {
		c.faults.Add(e.file, e.bodyLine, "%d characters before \"***\"; up to %d", n, bodyRunes)
	}
	if n := words(e.Body) + words(e.More); n > entryWords {
		c.faults.Add(e.file, e.bodyLine, "%d words in all; up to %d", n, entryWords)
	}
	c.readable(e.file, e.bodyLine, e.Lang, body.Plain()+"\n"+more.Plain())
	c.phones(e.file, e.Body+"\n"+e.More, f)
	c.links(e.file, append(slices.Clone(body), more...))
}

func words(s string) int { return len(strings.Fields(s)) }

func (c *checker) readable(file string, line int, lang, plain string) {
	m := readability.Of(plain, lang)
	if m.Longest > sentenceWords {
		c.faults.Add(file, line, "a sentence of %d words; up to %d: %q", m.Longest, sentenceWords, m.LongestText)
	}
	if ease := m.FernandezHuerta(); lang == "es" && ease < fernandezHuerta {
		c.faults.Add(file, line, "too hard: Fernández Huerta %.1f, at least %.0f: shorter sentences, shorter words", ease, fernandezHuerta)
	}
	if grade := m.FleschKincaid(); lang == "en" && grade > fleschKincaid {
		c.faults.Add(file, line, "too hard: Flesch-Kincaid grade %.1f, at most %.0f: shorter sentences, shorter words", grade, fleschKincaid)
	}
}

// What looks like a telephone number: eight digits or more, or three and more groups, with the usual marks between.
var phoneLike = regexp.MustCompile(`\+?\(?\d[\d ().-]{6,}\d`)

// Dates and years are no telephone numbers.
var dateLike = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$|^(19|20)\d{2}[ -]+(19|20)\d{2}$`)

func (c *checker) phones(file, text string, f *folder) {
	for _, found := range phoneLike.FindAllString(text, -1) {
		found = strings.TrimSpace(found)
		if dateLike.MatchString(found) || len(digits(found)) < 7 {
			continue
		}
		if !f.bears(digits(found)) && !c.l.folders[Regional].bears(digits(found)) {
			c.add(file, found, "no contact bears the telephone number %q", found)
		}
	}
}

func (f *folder) bears(number string) bool {
	for _, ct := range f.contacts {
		for _, p := range ct.Phones {
			n, d := digits(p.Number), digits(p.Dial)
			// A short number bears no long one that ends like it: 911 is not the end of 5512345911.
			if n == number || strings.HasSuffix(d, number) || len(n) >= 7 && strings.HasSuffix(number, n) {
				return true
			}
		}
		if ct.WhatsApp != "" && strings.HasSuffix(digits(ct.WhatsApp), number) {
			return true
		}
	}
	return false
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func (c *checker) links(file string, doc markdown.Document) {
	for _, b := range doc {
		for _, line := range b.Lines {
			for _, s := range line {
				if s.URL != "" && !strings.HasPrefix(s.URL, "https://") && !strings.HasPrefix(s.URL, "http://") {
					c.add(file, s.URL, "a link leads to an address on the web, not to %q", s.URL)
				}
			}
		}
	}
}

var e164 = regexp.MustCompile(`^\+[1-9]\d{6,14}$|^[*#]?\d{2,6}$`)

func (c *checker) contact(file string, ct *Contact) {
	at := "id: " + ct.ID
	if !slices.Contains(contactKinds, ct.Kind) {
		c.add(file, at, "contact %s: kind %q is none of %s", ct.ID, ct.Kind, strings.Join(contactKinds, ", "))
	}
	for _, lang := range Languages {
		if ct.Name[lang] == "" {
			c.add(file, at, "contact %s has no name in %s", ct.ID, lang)
		}
		if len(ct.Hours) > 0 && ct.Hours[lang] == "" {
			c.add(file, at, "contact %s has no hours in %s", ct.ID, lang)
		}
	}
	for _, p := range ct.Phones {
		if !e164.MatchString(p.Dial) {
			c.add(file, at, "contact %s: dial %q is neither an international number (+52…) nor a short one", ct.ID, p.Dial)
		}
		if p.Number == "" {
			c.add(file, at, "contact %s: a phone without a number", ct.ID)
		}
	}
	if ct.WhatsApp != "" && !e164.MatchString(ct.WhatsApp) {
		c.add(file, at, "contact %s: whatsapp %q is no international number", ct.ID, ct.WhatsApp)
	}
	if len(ct.Sources) == 0 {
		c.add(file, at, "contact %s has no source", ct.ID)
	}
	if ct.AsOf.After(c.now) {
		c.add(file, at, "contact %s is dated in the future: %s", ct.ID, ct.AsOf)
	}
	for _, d := range ct.Helps {
		if !slices.Contains(Dangers, d) {
			c.add(file, at, "contact %s: helps %q is none of %s", ct.ID, d, strings.Join(Dangers, ", "))
		}
	}
}

func (c *checker) facts(file string, f *folder) {
	if f.facts == nil {
		c.faults.Add(file, 0, "is missing")
		return
	}
	known := func(block string, ids []string) {
		for _, id := range ids {
			if f.sources[id] == nil {
				c.add(file, id, "%s: no source %q stands in sources.yaml", block, id)
			}
		}
	}
	limit := func(block string, m *Limit) {
		if m == nil {
			return
		}
		known(block, m.Sources)
		units := []string{WorkingDays, Days, Months, Years, NoLimit}
		if !slices.Contains(units, m.Unit) {
			c.add(file, block+":", "%s: unit %q is none of %s", block, m.Unit, strings.Join(units, ", "))
		}
		if (m.Unit == NoLimit) != (m.Amount == 0) || m.Amount < 0 {
			c.add(file, block+":", "%s: an amount goes with every unit but `none`", block)
		}
	}
	limit("deadline", f.facts.Deadline)
	limit("appeal", f.facts.Appeal)
	for block, n := range map[string]*Noted{"decision": f.facts.Decision, "cost": f.facts.Cost, "work": f.facts.Work} {
		if n == nil {
			continue
		}
		known(block, n.Sources)
		if n.ES == "" || n.EN == "" {
			c.add(file, block+":", "%s is told in es and en", block)
		}
	}
}

func (c *checker) rumour(r *Rumour) {
	if !slices.Contains([]Verdict{True, False, NobodyCanPromise, Unknown}, r.Verdict) {
		c.add(r.file, "verdict:", "verdict is true, false, nobody-can-promise or unknown, not %q", r.Verdict)
	}
	if r.Reviewed.IsZero() || r.Reviewed.After(c.now) {
		c.add(r.file, "reviewed:", "reviewed is missing or lies in the future")
	}
	for _, id := range r.Sources {
		if c.l.Source(r.Country, id) == nil {
			c.add(r.file, id, "no source %q stands in sources.yaml", id)
		}
	}
	if len(r.Sources) == 0 {
		c.add(r.file, "sources:", "a verdict needs a source")
	}
	for _, lang := range Languages {
		if r.Claim[lang] == "" || r.Answer[lang] == "" {
			c.faults.Add(r.file, 0, "claim and answer are told in %s", lang)
		}
		c.readable(r.file, c.line(r.file, "answer:"), lang, r.Answer[lang])
		c.phones(r.file, r.Answer[lang], c.l.folders[r.Country])
		if len(r.Asks[lang]) == 0 {
			c.add(r.file, "asks:", "no ways of asking in %s", lang)
		}
	}
}

func (c *checker) emergency(e *Emergency) {
	if n := words(e.Body); n > emergencyWords {
		c.faults.Add(e.file, e.bodyLine, "%d words; up to %d", n, emergencyWords)
	}
	if e.Reviewed.IsZero() || e.Reviewed.After(c.now) {
		c.add(e.file, "reviewed:", "reviewed is missing or lies in the future")
	}
	for _, id := range e.Sources {
		if c.l.Source(Regional, id) == nil {
			c.add(e.file, id, "no source %q stands in guidance/regional/sources.yaml", id)
		}
	}
	doc := parse(e.Body, e.file, e.bodyLine, &c.faults)
	c.readable(e.file, e.bodyLine, e.Lang, doc.Plain())
	if n := phoneLike.FindString(e.Body); n != "" {
		c.faults.Add(e.file, e.bodyLine, "numbers are put below by the country's contacts: leave out %q", n)
	}
}
