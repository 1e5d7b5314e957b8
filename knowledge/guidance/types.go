// Package guidance holds what Cobijo tells people about asylum and protection: entries by country and topic, contacts,
// sources, what can be computed with, rumours and emergency texts.
package guidance

import (
	"time"
)

// Regional is the code of what holds in every country.
const Regional = "regional"

// Languages are those that entries are written in, the fallback first.
var Languages = []string{"es", "en"}

// Text is one text in each language, by language code.
type Text map[string]string

// In gives the text in lang, or in whatever language there is.
func (t Text) In(lang string) string {
	if s, ok := t[lang]; ok {
		return s
	}
	for _, l := range Languages {
		if s, ok := t[l]; ok {
			return s
		}
	}
	return ""
}

// Country is one that guidance may speak of, or the fallback.
type Country struct {
	Code string `yaml:"-"` // ISO 3166-1 alpha-2 in lower case, or Regional
	Role string // in the San José Action Statement: country, observer; or fallback
	Flag string
	Zone string // IANA time zone in which its days begin
	Name Text
	In   Text // how a sentence says "in that country"

	clock *time.Location // of Zone
}

// Local gives a moment as the country's own clocks show it; one whose zone does not exist keeps the moment as it is.
func (c *Country) Local(at time.Time) time.Time {
	if c.clock == nil {
		return at // the check names the zone
	}
	return at.In(c.clock)
}

// Group is a set of topics that a menu shows together.
type Group struct {
	ID    string
	Title Text
}

// Topic is one subject of guidance.
type Topic struct {
	ID    string
	Group string
	Core  bool // every country owes an entry of its own
	Title Text
}

// Confidence is how sure an entry is: the lowest of the facts that its first part stands on.
type Confidence string

// The levels of confidence, from the facts' own scale.
const (
	High   Confidence = "high"
	Medium Confidence = "medium"
	Low    Confidence = "low"
)

// Entry is what one country's guidance says on one topic in one language.
type Entry struct {
	Country, Topic, Lang string
	Reviewed             Date
	Confidence           Confidence
	Volatile             bool
	Sources              []*Source
	Contacts             []*Contact
	Related              []string
	Lead                 string // the answer in one sentence, Markdown
	Body                 string // what is shown at first, lead included, Markdown
	More                 string // what is shown on "more", Markdown; empty where there is none

	file     string
	bodyLine int // the line of the file on which Body begins
	moreLine int // and More
}

// ID names the entry in answers and links: "mx/deadlines".
func (e *Entry) ID() string { return e.Country + "/" + e.Topic }

// Oldest gives the earliest date among the entry's sources, zero where none bears a date.
func (e *Entry) Oldest() Date {
	var oldest Date
	for _, s := range e.Sources {
		if !s.AsOf.IsZero() && (oldest.IsZero() || s.AsOf.Before(oldest.Time)) {
			oldest = s.AsOf
		}
	}
	return oldest
}

// Stale tells whether the entry is older than its class allows: 90 days where it changes often, else 180.
func (e *Entry) Stale(now time.Time) bool { return now.After(e.Due()) }

// Source is where a fact was found.
type Source struct {
	ID        string
	Title     string
	Publisher string
	URL       string
	AsOf      Date `yaml:"as_of"` // zero where the page bears no date
}

// Phone is a number as people write it and as a telephone dials it.
type Phone struct {
	Number string
	Dial   string // E.164, or a short code
	Note   Text
}

// Contact is an office, a line or an organisation that helps.
type Contact struct {
	ID        string
	Country   string `yaml:"-"`
	Kind      string
	Name      Text
	City      string
	Address   string
	Phones    []Phone
	WhatsApp  string `yaml:"whatsapp"`
	Email     string
	Hours     Text
	URL       string
	Languages []string
	SourceIDs []string  `yaml:"sources"`
	Sources   []*Source `yaml:"-"`
	AsOf      Date      `yaml:"as_of"`
	Helps     []string  // the dangers that it is shown for
}

// CheckedWithin tells whether the contact was seen in its source within d before now; one without a date was not.
func (c *Contact) CheckedWithin(d time.Duration, now time.Time) bool {
	return !c.AsOf.IsZero() && now.Sub(c.AsOf.Time) <= d
}

// Units in which the law counts a time limit.
const (
	WorkingDays = "working-days"
	Days        = "days"
	Months      = "months"
	Years       = "years"
	NoLimit     = "none"
)

// Limit is a time limit that the law sets.
type Limit struct {
	Amount  int
	Unit    string
	From    Text
	Late    Text
	Sources []string
}

// Noted is one plain sentence with its sources; the languages stand beside them.
type Noted struct {
	ES      string
	EN      string
	Sources []string
}

// In gives the sentence in lang.
func (n *Noted) In(lang string) string {
	if lang == "en" {
		return n.EN
	}
	return n.ES
}

// Facts is what can be computed with and compared across countries.
type Facts struct {
	Authority struct {
		Acronym string
		Name    Text
		URL     string
	}
	UNHCR    struct{ URL string } `yaml:"unhcr"`
	Deadline *Limit
	Appeal   *Limit
	Decision *Noted
	Cost     *Noted
	Work     *Noted
}

// Verdict is what can be said of a rumour.
type Verdict string

// The verdicts.
const (
	True             Verdict = "true"
	False            Verdict = "false"
	NobodyCanPromise Verdict = "nobody-can-promise"
	Unknown          Verdict = "unknown"
)

// Rumour is a claim that goes round, and what is so.
type Rumour struct {
	ID       string
	Country  string
	Topic    string
	Verdict  Verdict
	Claim    Text
	Answer   Text
	Sources  []string
	Reviewed Date
	Asks     map[string][]string // how people ask it, by language

	file string
}

// Emergency is what is said when somebody is in one kind of danger now.
type Emergency struct {
	Danger, Lang string
	Reviewed     Date
	Sources      []string
	Body         string // Markdown

	file     string
	bodyLine int
}
