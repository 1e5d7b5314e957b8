package poster

import (
	"fmt"
	"time"
)

// Paper is a sheet, in millimetres.
type Paper struct{ Width, Height float64 }

// Papers are the sheets that there are, by name.
var Papers = map[string]Paper{
	"a4":     {210, 297},
	"letter": {215.9, 279.4},
}

const point = 25.4 / 72 // millimetres

// Page is a poster, laid out. It is not safe for concurrent use.
type Page struct {
	Paper Paper
	Lang  string
	Title string
	// BodySize is the size of the steps' letters in points: the poster shrinks until all of it fits.
	BodySize float64

	link          Link
	date          time.Time
	regular, bold *face
	ops           []op
	qrArea, quiet box      // the code, and with the white that must stand round it
	words         []string // all that is said, a line each, for who cannot see the drawing
}

// box is a rectangle in millimetres from the sheet's top left corner.
type box struct{ x, y, w, h float64 }

// op is one thing to draw: a text from where its line stands, or a rectangle filled with black.
type op struct {
	box         // of a text: x, y and w; y is its line
	text string // empty for a rectangle
	size float64
	bold bool
}

func (p *Page) face(bold bool) *face {
	if bold {
		return p.bold
	}
	return p.regular
}

// width is how wide a text is in millimetres at a size in points.
func (p *Page) width(s string, size float64, bold bool) float64 {
	return p.face(bold).width(s) * size * point
}

func (p *Page) rect(b box) { p.ops = append(p.ops, op{box: b}) }

// frame draws a border within b.
func (p *Page) frame(b box, thick float64) {
	p.rect(box{b.x, b.y, b.w, thick})
	p.rect(box{b.x, b.y + b.h - thick, b.w, thick})
	p.rect(box{b.x, b.y + thick, thick, b.h - 2*thick})
	p.rect(box{b.x + b.w - thick, b.y + thick, thick, b.h - 2*thick})
}

// check tells what no printer could print: a letter that the typeface lacks, or anything beyond the sheet's edge.
func (p *Page) check() error {
	for _, o := range p.ops {
		for _, r := range o.text {
			if p.face(o.bold).glyph(r).missing {
				return fmt.Errorf("poster: the typeface has no letter %q (in %q)", r, o.text)
			}
		}
		top, bottom := o.y, o.y+o.h
		if o.text != "" {
			top, bottom = o.y-o.size*point*ascent, o.y+o.size*point*descent
		}
		if o.x < 0 || top < 0 || o.x+o.w > p.Paper.Width || bottom > p.Paper.Height {
			return fmt.Errorf("poster: %q would run off the page", o.text)
		}
	}
	return nil
}
