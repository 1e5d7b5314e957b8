// Package understand reads what people write: the language, the places and groups that they name, what they ask about, and
// whether they are in danger. It keeps nothing and knows no chat.
package understand

import (
	_ "embed" // the trained models
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/lint"
	"cobijo/knowledge/statement"
)

// shipped are the models as they were trained when this program was made.
//
//go:embed models.bin
var shipped []byte

// Engine reads messages. It is made once, and safe for concurrent use.
type Engine struct {
	Places *Gazetteer

	models      *models
	spell       *speller
	reader      *reader
	commitments *commitments
	rumours     *rumours
	topics      []string
}

// New makes an engine for the content below fsys. Where the content is not that which the shipped models were trained from, it trains
// new ones, which takes seconds: retrained tells so. Content without any examples must be that of the shipped models.
func New(fsys fs.FS, l *guidance.Library, s *statement.Statement) (e *Engine, retrained bool, faults lint.Faults) {
	e = &Engine{}
	for _, t := range l.Topics {
		e.topics = append(e.topics, t.ID)
	}
	e.reader = newReader(fsys, s, &faults)
	e.Places = e.reader.places
	for _, p := range e.Places.Places {
		if p.Topic != "" && !slices.Contains(e.topics, p.Topic) {
			faults.Add(placesFile, 0, "%s: %q is no topic", p.ID, p.Topic)
		}
	}
	e.commitments = newCommitments(s)
	e.rumours = newRumours(l.Rumours)
	m, err := unmarshal(shipped)
	from, examples := digestsOf(fsys)
	switch {
	case err == nil && m.from.Rest == from.Rest && (m.from.Examples == from.Examples || !examples):
	case examples:
		m = fit(readQuestions(fsys, e.topics, &faults), e.reader, e.topics)
		retrained = true
	default:
		faults.Add("questions", 0, "the models are not of this content, and there are no examples to train new ones from")
		m = &models{topic: &compact{}, danger: &compact{}, lang: &compact{}}
	}
	e.models, e.spell = m, newSpeller(m.words, m.counts)
	return e, retrained, faults
}

// Scored is a topic with how likely it is meant, 0 to 1.
type Scored struct {
	Topic string
	Score float32
}

// Reading is what was read out of a message.
type Reading struct {
	Lang      string  // the likeliest language; "" where nothing can be told
	LangScore float32 // 0 to 1

	Mentions  []Mention
	Countries []string // where the answer is to hold, as far as said; several where they stand side by side

	Danger      string  // the likeliest danger
	DangerScore float32 // how likely any danger is told of now, 0 to 1

	Topics      []Scored // all topics, the likeliest first; with the next three they add up to 1
	Menu        float32  // a greeting, thanks, a question about the assistant itself
	OffTopic    float32
	Domain      bool    // it has words of this assistant's subject
	Commitments float32 // a question about what was promised in the statement

	Words   int       // how many
	Content int       // how many that are neither fillers nor places
	About   *Place    // the office or paper that it asks about, where it names no more than that; nil else
	Points  bool      // it points back: "it is for my boy"
	Child   bool      // the writer says that they are under eighteen
	Date    time.Time // a day in the past that the message names, zero for none
	Entered bool      // the message speaks of having come into a country
	Unclear bool      // the date could be read in two ways

	folded string
	words  []string
	text   string // the words as they were meant, with a space before, between and behind them
}

// Top is the likeliest topic.
func (r *Reading) Top() Scored { return r.Topics[0] }

// Guidance is how likely the message asks about any topic.
func (r *Reading) Guidance() float32 { return 1 - r.Menu - r.OffTopic - r.Commitments }

// nonsense is how much of the certainty about a language is left where none of the words is common: "asdf" is in no language.
const nonsense = 0.7

// Read reads a message; today dates what it says of days.
func (e *Engine) Read(text string, today time.Time) *Reading {
	text = clip(text)
	r := &Reading{folded: fold(e.Places.Spell(text))}
	r.words = tokens(r.folded)
	r.Words = len(r.words)
	meant := e.spell.meant(r.words)
	r.text = " " + strings.Join(meant, " ") + " "
	r.Mentions = e.Places.Find(r.words, meant, e.spell)
	r.Countries = here(r.Mentions)
	r.Lang, r.LangScore = e.language(text)
	if slices.Contains(Spoken, r.Lang) && !slices.ContainsFunc(r.words, e.spell.common) {
		r.LangScore *= nonsense
	}
	r.Content, r.About = r.content()
	r.Points = pointsBack(r.words)
	r.Child = saysChild(r.words)
	r.Domain = e.reader.concepts.domain(meant)
	r.readDate(today)

	fs := e.reader.featuresOf(e.reader.mask(r.words, meant, r.Mentions))
	e.readTopics(r, fs)
	e.readDanger(r, fs)
	return r
}

func (e *Engine) readTopics(r *Reading, fs []uint32) {
	classes := e.models.topic.classes
	p := make([]float32, len(classes))
	e.models.topic.scores(fs, p)
	r.Topics = make([]Scored, 0, len(e.topics))
	for i, class := range classes {
		switch class {
		case classMenu:
			r.Menu = p[i]
		case classOffTopic:
			r.OffTopic = p[i]
		case classCommitments:
			r.Commitments = p[i]
		default:
			r.Topics = append(r.Topics, Scored{class, p[i]})
		}
	}
	r.sort()
}

func (r *Reading) sort() {
	slices.SortStableFunc(r.Topics, func(a, b Scored) int {
		switch {
		case a.Score > b.Score:
			return -1
		case a.Score < b.Score:
			return 1
		}
		return 0
	})
}

// Weigh makes topics likelier by a factor; all stay what they add up to with the rest.
func (r *Reading) Weigh(weights map[string]float32) {
	sum := r.Menu + r.OffTopic + r.Commitments
	for i := range r.Topics {
		if w, ok := weights[r.Topics[i].Topic]; ok {
			r.Topics[i].Score *= w
		}
		sum += r.Topics[i].Score
	}
	for i := range r.Topics {
		r.Topics[i].Score /= sum
	}
	r.Menu, r.OffTopic, r.Commitments = r.Menu/sum, r.OffTopic/sum, r.Commitments/sum
	r.sort()
}

// Rumour gives the claim that a message asks about, for somebody in a country; nil for none.
func (e *Engine) Rumour(r *Reading, country string) *guidance.Rumour {
	return e.rumours.find(r, country)
}

// Statement reads what a message asks of the statement.
func (e *Engine) Statement(r *Reading) StatementQuery {
	return e.commitments.parse(r.folded, r.words, r.Mentions)
}

// Search gives the commitments that answer a query, the best first.
func (e *Engine) Search(q StatementQuery) []Found { return e.commitments.search(q) }

// Explain tells an editor what was read, in one line.
func (r *Reading) Explain() string {
	var b strings.Builder
	fmt.Fprintf(&b, "lang %s %.2f, danger %s %.2f, menu %.2f, off-topic %.2f, commitments %.2f, countries %v, topics", r.Lang, r.LangScore, r.Danger, r.DangerScore, r.Menu, r.OffTopic, r.Commitments, r.Countries)
	for _, t := range r.Topics[:3] {
		fmt.Fprintf(&b, " %s %.2f", t.Topic, t.Score)
	}
	return b.String()
}

// HasAny tells whether the message has any of the words, given folded.
func (r *Reading) HasAny(words ...string) bool {
	return slices.ContainsFunc(r.words, func(w string) bool { return slices.Contains(words, w) })
}

// HasPhrase tells whether the words of a phrase, given folded, follow each other in the message.
func (r *Reading) HasPhrase(phrases ...string) bool {
	return slices.ContainsFunc(phrases, func(p string) bool {
		for rest := r.text; ; {
			i := strings.Index(rest, p)
			if i < 0 {
				return false
			}
			if rest[i-1] == ' ' && rest[i+len(p)] == ' ' {
				return true
			}
			rest = rest[i+1:]
		}
	})
}
