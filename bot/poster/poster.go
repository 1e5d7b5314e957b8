// Package poster makes a printed page of an entry: the one-line answer large, the steps, the emergency number, where it stands
// and until when it holds, and a code that leads a telephone to the rest. It composes nothing: every sentence on law or procedure
// is the entry's own, and the whole first part of the entry is there, for a step without its condition may be wrong.
package poster

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/knowledge/markdown"
	"cobijo/locales"
)

// Maker lays posters out. It is not safe for concurrent use.
type Maker struct {
	library       *guidance.Library
	texts         *locales.Catalog
	regular, bold *face
}

// New makes a maker of posters on what is known.
func New(library *guidance.Library, texts *locales.Catalog) (*Maker, error) {
	regular, bold, err := newFaces()
	if err != nil {
		return nil, err
	}
	return &Maker{library: library, texts: texts, regular: regular, bold: bold}, nil
}

// Options are what differs between two posters of an entry.
type Options struct {
	Paper Paper // A4 where it is the zero value
	Link  Link  // where the code leads
	Now   time.Time
}

// The page, in millimetres and points.
const (
	margin     = 18.0
	gap        = 6.0
	ruleHeight = 1.6
	codeSide   = 40.0 // of the code that telephones read, without its quiet zone

	countrySize = 34.0
	topicSize   = 24.0
	smallSize   = 8.0 // sources and dates
	smallGap    = 2.5

	maxBody, minBody = 22.0, 10.0 // of the steps' letters; the page shrinks between them
	leadRatio        = 2.0        // the one-line answer beside the steps
	maxLead          = 46.0

	between      = 0.75 // the gap between paragraphs, of the size of their letters
	betweenSteps = 0.5  // the gap between steps, of that between paragraphs

	leadLeading, bodyLeading, smallLeading = 1.14, 1.3, 1.3
)

// ErrDoesNotFit tells that an entry is too long for a page that can be read on a wall.
var ErrDoesNotFit = errors.New("poster: the text does not fit on the page")

// Draw lays the poster of an entry out. Text shrinks until the page holds all of it.
func (m *Maker) Draw(e *guidance.Entry, o Options) (*Page, error) {
	if o.Paper == (Paper{}) {
		o.Paper = Papers["a4"]
	}
	country, topic := m.library.Country(e.Country), m.library.Topic(e.Topic)
	if country == nil || topic == nil {
		return nil, fmt.Errorf("poster: %s is of no known country and topic", e.ID())
	}
	name, title := country.Name.In(e.Lang), topic.Title.In(e.Lang)
	p := &Page{
		Paper: o.Paper, Lang: e.Lang, Title: name + " · " + title,
		link: o.Link, date: o.Now, regular: m.regular, bold: m.bold,
	}
	doc, err := markdown.Parse(e.Body)
	if err != nil {
		return nil, fmt.Errorf("poster: %s: %w", e.ID(), err)
	}
	p.words = append(append([]string{name, title}, strings.Split(doc.Plain(), "\n")...), m.warnings(e, o.Now)...)

	width := o.Paper.Width - 2*margin
	top := p.header(name, title, width)
	// The foot is laid out first, for it says how much room there is, and stands last, as it is read.
	head := p.ops
	p.ops = nil
	bottom, err := m.footer(p, e, o, width)
	if err != nil {
		return nil, err
	}
	foot := p.ops
	p.ops = head
	if err := p.body(doc, m.warnings(e, o.Now), top+gap, bottom-gap, width); err != nil {
		return nil, fmt.Errorf("%s: %w", e.ID(), err)
	}
	p.ops = append(p.ops, foot...)
	return p, p.check()
}

// header draws the country, in the place of a flag that not every printer and eye knows, and the subject.
func (p *Page) header(country, topic string, width float64) float64 {
	size := countrySize
	for p.width(country, size, true) > width {
		size--
	}
	y := p.text(plainWords(country, true), margin, margin, width, size, 1.05)
	size = topicSize
	for p.width(topic, size, false) > width {
		size--
	}
	y = p.text(plainWords(topic, false), margin, y, width, size, 1.2) + 2
	p.rect(box{margin, y, width, ruleHeight})
	return y + ruleHeight
}

// body draws the entry between top and bottom, as large as it fits.
func (p *Page) body(doc markdown.Document, warnings []string, top, bottom, width float64) error {
	const step = 0.25
	head := p.ops
	end := func(size, space float64) float64 {
		p.ops = slices.Clone(head)
		return p.blocks(doc, warnings, top, width, size, space)
	}
	n := sort.Search(int((maxBody-minBody)/step)+1, func(n int) bool { return end(maxBody-float64(n)*step, 1) <= bottom })
	p.BodySize = maxBody - float64(n)*step
	if p.BodySize < minBody {
		return ErrDoesNotFit
	}
	// What is left is shared between the paragraphs, up to a point: a page that is torn apart reads worse.
	left := (bottom - end(p.BodySize, 1)) / (p.BodySize * point)
	gaps := float64(len(doc) + len(warnings)) // two stand below the answer
	for _, b := range doc {
		gaps += float64(len(b.Lines)-1) * betweenSteps
	}
	end(p.BodySize, 1+min(left/max(gaps*between, 1), 0.9))
	return nil
}

// free finds the short sentence that says that nothing is to be paid. It is set in a frame where the entry has it; no poster
// says it by itself.
var free = regexp.MustCompile(`(?i)\b(gratis|gratuit[oa]s?|no cuesta nada|(is|are) free)( (too|as well))?\.$`)

const freeWords = 9 // a longer sentence says more than that

func isFree(b markdown.Block) bool {
	if b.Kind != markdown.Paragraph || len(b.Lines) != 1 {
		return false
	}
	text := markdown.Document{b}.Plain()
	return len(strings.Fields(text)) <= freeWords && strings.Count(text, ".") == 1 && !strings.Contains(strings.ToLower(text), " no es ") &&
		free.MatchString(text)
}

// blocks draws the entry at a size; space is how much wider than tight the gaps between paragraphs are.
func (p *Page) blocks(doc markdown.Document, warnings []string, y, width, size, space float64) float64 {
	gap := size * point * space * between
	for n, b := range doc {
		switch {
		case n == 0:
			lead := min(size*leadRatio, maxLead)
			y = p.text(words(b.Lines[0], true), margin, y, width, lead, leadLeading) + gap
		case isFree(b):
			y = p.framed(words(b.Lines[0], true), y, width, size*1.25)
		case b.Kind == markdown.Numbered || b.Kind == markdown.Bullets:
			y = p.list(b, y, width, size, gap)
		default:
			for _, line := range b.Lines {
				y = p.text(words(line, false), margin, y, width, size, bodyLeading)
			}
		}
		y += gap
	}
	for _, w := range warnings {
		y = p.text(plainWords(w, true), margin, y, width, size, bodyLeading) + gap
	}
	return y - gap
}

// list draws steps: their numbers stand out, for that is what is seen from afar.
func (p *Page) list(b markdown.Block, y, width, size, gap float64) float64 {
	indent := p.width("•", size, true) + size*point*0.5
	if b.Kind == markdown.Numbered {
		indent = p.width(fmt.Sprint(b.Start+len(b.Lines)-1), size*1.5, true) + size*point*0.6
	}
	for i, line := range b.Lines {
		if i > 0 {
			y += gap * betweenSteps
		}
		if b.Kind == markdown.Numbered {
			// Its foot stands on the first line of the step.
			number, step := size*1.5, size*point*bodyLeading
			p.ops = append(p.ops, op{
				box:  box{x: margin, y: y + (step+size*point*capHeight)/2, w: p.width(fmt.Sprint(b.Start+i), number, true)},
				text: fmt.Sprint(b.Start + i), size: number, bold: true,
			})
		} else {
			p.text(plainWords("•", true), margin, y, indent, size, bodyLeading)
		}
		y = p.text(words(line, false), margin+indent, y, width-indent, size, bodyLeading)
	}
	return y
}

// framed draws a sentence in a frame as wide as it needs.
func (p *Page) framed(ws []word, y, width, size float64) float64 {
	pad := size * point * 0.45
	inner := width - 2*pad
	rows := p.wrap(ws, size, inner)
	w := 0.0
	for _, r := range rows {
		n := 0.0
		for _, word := range r {
			n += p.wordWidth(word, size) + p.width(" ", size, true)
		}
		w = max(w, n)
	}
	end := p.draw(rows, margin+pad, y+pad*0.6, size, bodyLeading) + pad*0.6
	p.frame(box{margin, y, min(w+2*pad, width), end - y}, 0.7)
	return end
}

// warnings are what the entry's age, kind and certainty oblige to say, in the words in which the chat says it.
func (m *Maker) warnings(e *guidance.Entry, now time.Time) []string {
	var all []string
	switch {
	case e.Stale(now):
		all = append(all, m.texts.Text(e.Lang, "stale_entry", locales.Args{"Date": m.day(e.Lang, e.Reviewed)}))
	case e.Volatile:
		all = append(all, m.texts.Text(e.Lang, "volatile", locales.Args{"Month": m.month(e.Lang, e.Reviewed)}))
	}
	switch {
	case e.Confidence == guidance.Low:
		all = append(all, m.texts.Text(e.Lang, "sure_low"))
	case e.Confidence == guidance.Medium && len(all) == 0:
		all = append(all, m.texts.Text(e.Lang, "confirm"))
	}
	return all
}
