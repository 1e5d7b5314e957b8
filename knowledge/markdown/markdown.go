// Package markdown reads the small Markdown that entries and answers are written in: paragraphs, lists, quotations, bold,
// italics and links. A document is structure, so that each channel renders it in its own way and nothing is escaped twice.
package markdown

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Kind tells what a block is.
type Kind int

// The kinds of blocks.
const (
	Paragraph Kind = iota
	Numbered       // a list with numbers, from Start
	Bullets
	Quote // the words of a document, one line a paragraph
)

// Span is a run of text in one style.
type Span struct {
	Text   string
	Bold   bool
	Italic bool
	URL    string // where the text leads; empty where it is no link
}

// Line is the text of a paragraph or of a list's item.
type Line []Span

// Block is a paragraph, a list or a quotation.
type Block struct {
	Kind  Kind
	Start int // the first number of a Numbered list
	Lines []Line
}

// Document is a text in order.
type Document []Block

// An Unsupported error names a construct that entries do not have, and the line of the text on which it stands.
type Unsupported struct {
	Line int
	What string
}

func (e *Unsupported) Error() string {
	return fmt.Sprintf("line %d: %s is not used here", e.Line, e.What)
}

// Parse reads a text. What it cannot represent is reported as Unsupported errors (joined) and kept as plain text, so that
// the document is whole in any case. Safe for concurrent use, and for text from outside.
func Parse(src string) (Document, error) {
	source := []byte(src)
	// A parser is cheap beside the text, and sharing one would need a global.
	root := goldmark.New(goldmark.WithParserOptions(parser.WithEscapedSpace())).Parser().Parse(text.NewReader(source))
	r := reader{source: source}
	r.blocks(root, Paragraph)
	return r.doc, errors.Join(r.errs...)
}

type reader struct {
	source []byte
	doc    Document
	errs   []error
}

func (r *reader) unsupported(n ast.Node, what string) {
	pos := 0
	for m := n; m != nil; m = m.Parent() {
		if m.Type() == ast.TypeBlock && m.Lines() != nil && m.Lines().Len() > 0 {
			pos = m.Lines().At(0).Start
			break
		}
	}
	r.errs = append(r.errs, &Unsupported{Line: 1 + strings.Count(string(r.source[:pos]), "\n"), What: what})
}

// blocks reads the block children of n; as is the kind that paragraphs become.
func (r *reader) blocks(n ast.Node, as Kind) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			line := r.line(c)
			if last := len(r.doc) - 1; as == Quote && last >= 0 && r.doc[last].Kind == Quote && c.PreviousSibling() != nil {
				r.doc[last].Lines = append(r.doc[last].Lines, line)
				continue
			}
			r.doc = append(r.doc, Block{Kind: as, Lines: []Line{line}})
		case *ast.List:
			r.list(c)
		case *ast.Blockquote:
			r.blocks(c, Quote)
		default:
			r.unsupported(c, name(c))
			if t := strings.TrimSpace(r.raw(c)); t != "" {
				r.doc = append(r.doc, Block{Kind: Paragraph, Lines: []Line{{{Text: t}}}})
			}
		}
	}
}

func (r *reader) list(l *ast.List) {
	b := Block{Kind: Bullets}
	if l.IsOrdered() {
		b.Kind, b.Start = Numbered, l.Start
	}
	for item := l.FirstChild(); item != nil; item = item.NextSibling() {
		var line Line
		for c := item.FirstChild(); c != nil; c = c.NextSibling() {
			switch c.(type) {
			case *ast.Paragraph, *ast.TextBlock:
				if len(line) > 0 {
					line = append(line, Span{Text: " "})
				}
				line = append(line, r.line(c)...)
			default:
				r.unsupported(c, name(c)+" inside a list")
				line = append(line, Span{Text: " " + strings.TrimSpace(r.raw(c))})
			}
		}
		b.Lines = append(b.Lines, line)
	}
	r.doc = append(r.doc, b)
}

func (r *reader) line(n ast.Node) Line {
	var line Line
	var walk func(n ast.Node, style Span)
	walk = func(n ast.Node, style Span) {
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			span := style
			switch c := c.(type) {
			case *ast.Text:
				span.Text = unescape(string(c.Segment.Value(r.source)))
				if c.SoftLineBreak() || c.HardLineBreak() {
					span.Text = strings.TrimRight(span.Text, " ") + " "
				}
				line = line.add(span)
			case *ast.String:
				span.Text = string(c.Value)
				line = line.add(span)
			case *ast.Emphasis:
				if c.Level == 1 {
					span.Italic = true
				} else {
					span.Bold = true
				}
				walk(c, span)
			case *ast.Link:
				span.URL = string(c.Destination)
				walk(c, span)
			case *ast.AutoLink:
				span.URL, span.Text = string(c.URL(r.source)), string(c.Label(r.source))
				line = line.add(span)
			default:
				r.unsupported(c, name(c))
				span.Text = r.inlineRaw(c)
				line = line.add(span)
			}
		}
	}
	walk(n, Span{})
	if len(line) > 0 {
		last := &line[len(line)-1]
		last.Text = strings.TrimRight(last.Text, " ")
	}
	return line
}

// add appends the span, joined to the one before where both have the same style.
func (l Line) add(s Span) Line {
	if s.Text == "" {
		return l
	}
	if n := len(l); n > 0 && l[n-1].Bold == s.Bold && l[n-1].Italic == s.Italic && l[n-1].URL == s.URL {
		l[n-1].Text += s.Text
		return l
	}
	return append(l, s)
}

func (r *reader) raw(n ast.Node) string {
	var b strings.Builder
	if n.Type() == ast.TypeBlock {
		for i := range n.Lines().Len() {
			seg := n.Lines().At(i)
			b.Write(seg.Value(r.source))
		}
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if c.Type() == ast.TypeBlock {
			b.WriteString(r.raw(c))
		}
	}
	return b.String()
}

func (r *reader) inlineRaw(n ast.Node) string {
	switch n := n.(type) {
	case *ast.RawHTML:
		var b strings.Builder
		for i := range n.Segments.Len() {
			seg := n.Segments.At(i)
			b.Write(seg.Value(r.source))
		}
		return b.String()
	case *ast.Text:
		return string(n.Segment.Value(r.source))
	}
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		b.WriteString(r.inlineRaw(c))
	}
	return b.String()
}

func name(n ast.Node) string {
	switch n.Kind() {
	case ast.KindHeading:
		return "a heading"
	case ast.KindHTMLBlock, ast.KindRawHTML:
		return "HTML"
	case ast.KindImage:
		return "a picture"
	case ast.KindCodeBlock, ast.KindFencedCodeBlock, ast.KindCodeSpan:
		return "code"
	case ast.KindThematicBreak:
		return "a line of stars or dashes"
	case ast.KindList:
		return "a list"
	}
	return strings.ToLower(n.Kind().String())
}

// The characters that a backslash may stand before (CommonMark 0.31, 2.4).
const punctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"

func unescape(s string) string {
	if !strings.ContainsAny(s, "\\&") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(punctuation, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// isPlain tells whether a text has nothing in it that must be escaped.
func isPlain(s string) bool {
	for i, c := range s {
		switch {
		case c == utf8.RuneError || unicode.IsControl(c) || strings.ContainsRune(escaped, c):
			return false
		case i == 0 && (c == '+' || c == '-' || c == '=' || c == '.' || c == ')' || c >= '0' && c <= '9'):
			return false // it may begin a list
		}
	}
	return true
}

// escaped are the characters that mean something wherever they stand.
const escaped = "\\`*_[]<>&#|~"

// Escape makes text that reads as itself within Markdown.
func Escape(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 8)
	for _, c := range s {
		switch {
		case c == '\n' || c == '\r' || c == '\t':
			b.WriteByte(' ')
			continue
		case unicode.IsControl(c):
			continue // no text has a use for one, and some end a block
		case c < 0x80 && strings.ContainsRune(escaped, c):
			b.WriteByte('\\')
		case (c == '+' || c == '-' || c == '=') && b.Len() == 0:
			b.WriteByte('\\')
		case (c == '.' || c == ')') && digitsOnly(b.String()):
			b.WriteByte('\\')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func digitsOnly(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// Plain is the document's words alone, a line a paragraph or item.
func (d Document) Plain() string {
	var b strings.Builder
	for _, block := range d {
		for _, line := range block.Lines {
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			for _, s := range line {
				b.WriteString(s.Text)
			}
		}
	}
	return b.String()
}
