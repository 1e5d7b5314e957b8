package poster

import (
	"fmt"
	"slices"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// face is one weight of the typeface. The Go fonts hold the letters of every language of the Americas that is written in Latin
// script, and are carried by the binary, so that a poster looks the same on every machine.
type face struct {
	ttf    []byte
	font   *sfnt.Font
	buf    sfnt.Buffer
	em     int // font units
	glyphs map[rune]*glyph
}

// glyph is a letter's outline in font units, y downwards from the line that it stands on.
type glyph struct {
	advance  float64 // of the em
	segments sfnt.Segments
	missing  bool
}

func newFace(ttf []byte) (*face, error) {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("poster: read typeface: %w", err)
	}
	return &face{ttf: ttf, font: f, em: int(f.UnitsPerEm()), glyphs: map[rune]*glyph{}}, nil
}

func newFaces() (regular, bold *face, err error) {
	if regular, err = newFace(goregular.TTF); err != nil {
		return nil, nil, err
	}
	bold, err = newFace(gobold.TTF)
	return regular, bold, err
}

// glyph gives a letter; one that the typeface lacks is marked as missing and has no outline.
func (f *face) glyph(r rune) *glyph {
	if g := f.glyphs[r]; g != nil {
		return g
	}
	g := &glyph{missing: true}
	f.glyphs[r] = g
	index, err := f.font.GlyphIndex(&f.buf, r)
	if err != nil || index == 0 {
		return g
	}
	// At as many pixels as the em has units, a pixel is a unit.
	ppem := fixed.I(f.em)
	advance, err := f.font.GlyphAdvance(&f.buf, index, ppem, font.HintingNone)
	if err != nil {
		return g
	}
	segments, err := f.font.LoadGlyph(&f.buf, index, ppem, nil)
	if err != nil {
		return g
	}
	g.advance, g.segments, g.missing = units(advance)/float64(f.em), slices.Clone(segments), false
	return g
}

func units(x fixed.Int26_6) float64 { return float64(x) / 64 }

// width is how wide a text is at a size of one.
func (f *face) width(s string) float64 {
	w := 0.0
	for _, r := range s {
		w += f.glyph(r).advance
	}
	return w
}
