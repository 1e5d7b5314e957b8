package poster

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/vector"
)

// PDF writes the page as a PDF: its text can be searched, read aloud and copied, and the code can be pressed.
func (p *Page) PDF(w io.Writer) error {
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: p.Paper.Width, Ht: p.Paper.Height}})
	f.SetCatalogSort(true) // the same page gives the same file
	f.SetCreationDate(p.date)
	f.SetModificationDate(p.date)
	f.SetTitle(p.Title, true)
	f.SetCreator("Cobijo", true)
	f.SetLang(p.Lang)
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("go", "", bytes.Clone(p.regular.ttf))
	f.AddUTF8FontFromBytes("go", "B", bytes.Clone(p.bold.ttf))
	f.AddPage()
	f.SetFillColor(0, 0, 0)
	for _, o := range p.ops {
		if o.text == "" {
			f.Rect(o.x, o.y, o.w, o.h, "F")
			continue
		}
		style := ""
		if o.bold {
			style = "B"
		}
		f.SetFont("go", style, o.size)
		f.Text(o.x, o.y, o.text)
	}
	f.LinkString(p.qrArea.x, p.qrArea.y, p.qrArea.w, p.qrArea.h, p.link.URL)
	if err := f.Output(w); err != nil {
		return fmt.Errorf("poster: write PDF: %w", err)
	}
	return nil
}

// SVG writes the page as a drawing that needs no typeface, with its words as the description.
func (p *Page) SVG(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" lang="%s" width="%smm" height="%smm" viewBox="0 0 %[2]s %[3]s" role="img" aria-labelledby="title desc">`,
		p.Lang, num(p.Paper.Width), num(p.Paper.Height))
	b.WriteString("\n<title id=\"title\">" + escape(p.Title) + "</title>\n<desc id=\"desc\">" + escape(strings.Join(p.words, "\n")) + "</desc>\n")
	p.defs(&b)
	fmt.Fprintf(&b, `<rect width="%s" height="%s" fill="#fff"/>`+"\n", num(p.Paper.Width), num(p.Paper.Height))
	b.WriteString(`<path d="`)
	for _, o := range p.ops {
		if o.text == "" {
			fmt.Fprintf(&b, "M%s %sh%sv%sh%sz", num(o.x), num(o.y), num(o.w), num(o.h), num(-o.w))
		}
	}
	b.WriteString("\"/>\n")
	for _, o := range p.ops {
		if o.text == "" {
			continue
		}
		f := p.face(o.bold)
		scale := o.size * point / float64(f.em)
		fmt.Fprintf(&b, `<g transform="translate(%s %s) scale(%s)">`, num(o.x), num(o.y), strconv.FormatFloat(scale, 'g', 6, 64))
		at := 0.0
		for _, r := range o.text {
			g := f.glyph(r)
			if len(g.segments) > 0 {
				fmt.Fprintf(&b, `<use href="#%s" x="%s"/>`, glyphID(r, o.bold), num(at))
			}
			at += g.advance * float64(f.em)
		}
		b.WriteString("</g>\n")
	}
	b.WriteString("</svg>\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("poster: write SVG: %w", err)
	}
	return nil
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes all
	return b.String()
}

func num(x float64) string { return strconv.FormatFloat(math.Round(x*1000)/1000, 'f', -1, 64) }

func glyphID(r rune, bold bool) string {
	if bold {
		return fmt.Sprintf("b%x", r)
	}
	return fmt.Sprintf("r%x", r)
}

// defs writes the outline of each letter once.
func (p *Page) defs(b *strings.Builder) {
	b.WriteString("<defs>\n")
	done := map[string]bool{}
	for _, o := range p.ops {
		for _, r := range o.text {
			id, g := glyphID(r, o.bold), p.face(o.bold).glyph(r)
			if done[id] || len(g.segments) == 0 {
				continue
			}
			done[id] = true
			b.WriteString(`<path id="` + id + `" d="`)
			for i, s := range g.segments {
				args := 1
				switch s.Op {
				case sfnt.SegmentOpMoveTo:
					if i > 0 {
						b.WriteByte('Z')
					}
					b.WriteByte('M')
				case sfnt.SegmentOpLineTo:
					b.WriteByte('L')
				case sfnt.SegmentOpQuadTo:
					b.WriteByte('Q')
					args = 2
				case sfnt.SegmentOpCubeTo:
					b.WriteByte('C')
					args = 3
				}
				for n, a := range s.Args[:args] {
					if n > 0 {
						b.WriteByte(' ')
					}
					b.WriteString(num(units(a.X)) + " " + num(units(a.Y)))
				}
			}
			b.WriteString("Z\"/>\n")
		}
	}
	b.WriteString("</defs>\n")
}

// The resolutions of a PNG, in dots per inch. Below the least the code cannot be read; over the greatest a page fills the memory.
const (
	MinDPI = 72
	MaxDPI = 600
)

// PNG writes the page as a picture.
func (p *Page) PNG(w io.Writer, dpi float64) error {
	img, err := p.Image(dpi)
	if err != nil {
		return err
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(w, img); err != nil {
		return fmt.Errorf("poster: write PNG: %w", err)
	}
	return nil
}

// Image draws the page at a resolution.
func (p *Page) Image(dpi float64) (*image.Gray, error) {
	if dpi < MinDPI || dpi > MaxDPI {
		return nil, errors.New("poster: a picture has 72 to 600 dots per inch")
	}
	scale := dpi / 25.4
	pixel := func(mm float64) int { return int(math.Round(mm * scale)) }
	img := image.NewGray(image.Rect(0, 0, pixel(p.Paper.Width), pixel(p.Paper.Height)))
	draw.Draw(img, img.Bounds(), image.White, image.Point{}, draw.Src)
	for _, o := range p.ops {
		if o.text != "" {
			p.paint(img, o, scale)
			continue
		}
		// Whole pixels: grey edges make a code hard to read.
		r := image.Rect(pixel(o.x), pixel(o.y), max(pixel(o.x+o.w), pixel(o.x)+1), max(pixel(o.y+o.h), pixel(o.y)+1))
		draw.Draw(img, r, image.Black, image.Point{}, draw.Src)
	}
	return img, nil
}

// paint draws a text in black.
func (p *Page) paint(img *image.Gray, o op, scale float64) {
	f := p.face(o.bold)
	size := o.size * point * scale
	left, top := int(o.x*scale)-2, int(o.y*scale-size)-2
	z := vector.NewRasterizer(int(o.w*scale+size)+4, int(size*1.4)+4)
	unit := size / float64(f.em)
	x, y := o.x*scale-float64(left), o.y*scale-float64(top)
	for _, r := range o.text {
		g := f.glyph(r)
		at := func(i int, s sfnt.Segment) (float32, float32) {
			return float32(x + units(s.Args[i].X)*unit), float32(y + units(s.Args[i].Y)*unit)
		}
		for _, s := range g.segments {
			ax, ay := at(0, s)
			bx, by := at(1, s)
			cx, cy := at(2, s)
			switch s.Op {
			case sfnt.SegmentOpMoveTo:
				z.ClosePath()
				z.MoveTo(ax, ay)
			case sfnt.SegmentOpLineTo:
				z.LineTo(ax, ay)
			case sfnt.SegmentOpQuadTo:
				z.QuadTo(ax, ay, bx, by)
			case sfnt.SegmentOpCubeTo:
				z.CubeTo(ax, ay, bx, by, cx, cy)
			}
		}
		z.ClosePath()
		x += g.advance * size
	}
	mask := image.NewAlpha(z.Bounds())
	z.Draw(mask, mask.Bounds(), image.Opaque, image.Point{})
	for my := range mask.Rect.Dy() {
		for mx := range mask.Rect.Dx() {
			// Where letters touch, the darker of the two counts.
			if a, at := mask.AlphaAt(mx, my).A, image.Pt(left+mx, top+my); a > 0 && at.In(img.Rect) {
				img.SetGray(at.X, at.Y, color.Gray{Y: min(img.GrayAt(at.X, at.Y).Y, 255-a)})
			}
		}
	}
}
