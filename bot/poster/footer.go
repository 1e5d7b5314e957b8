package poster

import (
	"slices"
	"strings"

	"cobijo/knowledge/guidance"
	"cobijo/locales"
)

// Up to so many emergency numbers: more would have to be read.
const (
	shownNumbers         = 4
	shownNumbersRegional = 7 // those of each group of countries
)

// number is whom to call in an emergency.
type number struct {
	dial, label string
	asOf        guidance.Date
}

// footer draws, from the foot upwards, the small print, and over it the emergency numbers and the code. It gives where it begins.
func (m *Maker) footer(p *Page, e *guidance.Entry, o Options, width float64) (float64, error) {
	numbers := m.numbers(e.Country, e.Lang)
	small := m.small(e, numbers)
	y := p.Paper.Height - margin
	for _, s := range small {
		y -= height(p.wrap(plainWords(s, false), smallSize, width), smallSize, smallLeading)
	}
	line := y
	modules, err := newCode(o.Link.URL)
	if err != nil {
		return 0, err
	}
	y -= max(modules.quiet(codeSide), smallGap) + codeSide
	left := width * 0.45
	if len(numbers) > 0 {
		p.emergency(m.texts.Text(e.Lang, "poster_emergency"), numbers, box{margin, y, left, codeSide})
	} else {
		left = -gap
	}
	p.caption(m, e.Lang, box{margin + left + gap, y, width - left - gap - codeSide - modules.quiet(codeSide), codeSide})
	p.code(modules, box{p.Paper.Width - margin - codeSide, y, codeSide, codeSide})
	for _, s := range small {
		line = p.text(plainWords(s, false), margin, line, width, smallSize, smallLeading)
	}
	p.words = append(p.words, small...)
	return y - max(modules.quiet(codeSide)-gap, 0), nil
}

// numbers are whom to call in an emergency, the country's own.
func (m *Maker) numbers(country, lang string) []number {
	limit := shownNumbers
	if country == guidance.Regional {
		limit = shownNumbersRegional
	}
	var all []number
	for _, c := range m.library.Helpers(country, guidance.General) {
		// A number of one city helps nobody who reads this in another.
		if c.Kind != "emergency" || c.City != "" {
			continue
		}
		for _, ph := range c.Phones {
			label := c.Name.In(lang)
			if len(ph.Note) > 0 {
				label += " (" + ph.Note.In(lang) + ")"
			}
			all = append(all, number{ph.Number, label, c.AsOf})
		}
	}
	return all[:min(len(all), limit)]
}

// emergency draws the numbers in a frame, as large as they fit.
func (p *Page) emergency(title string, numbers []number, b box) {
	const pad, titleSize, thick = 4.0, 13.0, 1.2
	p.frame(b, thick)
	inner := b.w - 2*pad
	top := p.text(plainWords(title, true), b.x+pad, b.y+pad*0.6, inner, titleSize, 1.2)
	bottom := b.y + b.h - pad*0.7
	p.words = append(p.words, title)
	for _, n := range numbers {
		p.words = append(p.words, n.dial+" "+n.label)
	}
	head := p.ops
	size := 26.0
	draw := p.numberRows
	if len(numbers) == 1 {
		size, draw = 60, p.oneNumber
	}
	for ; ; size -= 0.5 {
		p.ops = slices.Clone(head)
		if draw(numbers, b.x+pad, top, inner, size) <= bottom || size <= 6 {
			return
		}
	}
}

// oneNumber draws a number that stands alone, with whose it is below. It gives where that ends.
func (p *Page) oneNumber(numbers []number, x, y, width, size float64) float64 {
	n := numbers[0]
	// A number that is broken between two lines is dialled wrongly: it shrinks instead.
	size *= min(1, width/p.width(n.dial, size, true))
	y = p.text(plainWords(n.dial, true), x, y, width*1.001, size, 1.05)
	return p.text(plainWords(n.label, false), x, y, width, min(10, size), 1.15)
}

// numberRows draws numbers in a column, with whose they are beside them.
func (p *Page) numberRows(numbers []number, x, y, width, size float64) float64 {
	column := 0.0
	for _, n := range numbers {
		column = max(column, p.width(n.dial, size, true))
	}
	column += size * point * 0.4
	text := max(size*0.5, min(size, 7.5))
	for _, n := range numbers {
		first := size * point * 1.1
		p.text(plainWords(n.dial, true), x, y, column, size, 1.1)
		rows := p.wrap(plainWords(n.label, false), text, width-column)
		// The first row stands on the number's line.
		at := y + (first-text*point*1.15)/2 + (size-text)*point*capHeight/2
		if len(rows) > 1 {
			at = y + (first-height(rows, text, 1.15))/2 // two stand beside it
			at = max(at, y)
		}
		y = max(y+first, p.draw(rows, x+column, at, text, 1.15)) + size*point*0.12
	}
	return y
}

// caption says what the code is for and writes its address out, for who has no camera.
func (p *Page) caption(m *Maker, lang string, b box) {
	text := m.texts.Text(lang, p.link.Caption)
	address := bareURL(p.link.URL)
	p.words = append(p.words, text, address)
	for size := 15.0; size >= 6; size -= 0.5 {
		rows := p.wrap(plainWords(text, true), size, b.w)
		typed := p.wrap(plainWords(address, false), max(size*0.6, 6), b.w)
		h := height(rows, size, 1.2)
		all := h + 2 + height(typed, max(size*0.6, 6), 1.25)
		if all > b.h && size > 6 {
			continue
		}
		y := p.draw(rows, b.x, b.y+max(0, (b.h-all)/2), size, 1.2)
		p.draw(typed, b.x, y+2, max(size*0.6, 6), 1.25)
		return
	}
}

// small is where the entry stands, when it was checked and until when the poster may hang, a line each.
func (m *Maker) small(e *guidance.Entry, numbers []number) []string {
	sources := m.sources(e)
	var lines []string
	if len(sources) > 0 {
		lines = append(lines, m.texts.Count(e.Lang, "sources", len(sources), locales.Args{"List": strings.Join(sources, "; ")}))
	}
	dates := m.texts.Text(e.Lang, "checked_on", locales.Args{"Date": m.day(e.Lang, e.Reviewed)}) + " " +
		m.texts.Text(e.Lang, "poster_until", locales.Args{"Date": m.day(e.Lang, guidance.Day(e.Due()))})
	if len(numbers) > 0 {
		dates += " " + m.numbersDate(e.Lang, numbers)
	}
	return append(lines, dates, m.texts.Text(e.Lang, "poster_who"))
}

// sources names each publisher once, with the dates of its pages.
func (m *Maker) sources(e *guidance.Entry) []string {
	var names []string
	dates := map[string][]string{}
	for _, s := range e.Sources {
		if !slices.Contains(names, s.Publisher) {
			names = append(names, s.Publisher)
		}
		if s.AsOf.IsZero() {
			continue
		}
		if d := m.month(e.Lang, s.AsOf); !slices.Contains(dates[s.Publisher], d) {
			dates[s.Publisher] = append(dates[s.Publisher], d)
		}
	}
	for i, name := range names {
		if d := dates[name]; len(d) > 0 {
			names[i] = name + " (" + strings.Join(d, ", ") + ")"
		}
	}
	return names
}

// numbersDate says when the oldest of the numbers was last seen in its source.
func (m *Maker) numbersDate(lang string, numbers []number) string {
	oldest := numbers[0].asOf
	for _, n := range numbers {
		if n.asOf.IsZero() {
			return m.texts.Text(lang, "poster_numbers_undated")
		}
		if n.asOf.Before(oldest.Time) {
			oldest = n.asOf
		}
	}
	return m.texts.Text(lang, "poster_numbers", locales.Args{"Date": m.month(lang, oldest)})
}

// day writes a date as people of the language write it, as exactly as it is known.
func (m *Maker) day(lang string, d guidance.Date) string {
	if !d.HasDay() {
		return m.month(lang, d)
	}
	return m.texts.Text(lang, "date", locales.Args{"Day": d.Day(), "Month": m.texts.Text(lang, "month_"+d.Format("01")), "Year": d.Year()})
}

func (m *Maker) month(lang string, d guidance.Date) string {
	if !d.HasMonth() {
		return d.Format("2006")
	}
	return m.texts.Text(lang, "month_year", locales.Args{"Month": m.texts.Text(lang, "month_"+d.Format("01")), "Year": d.Year()})
}
