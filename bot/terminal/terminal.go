// Package terminal is a conversation in a terminal, for those who run the assistant and those who write its content.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/term"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/render"
	"cobijo/locales"
)

// Chat is the name of the one chat that a terminal has.
const Chat = "terminal"

// Options are what the person who calls decides.
type Options struct {
	Lang    string // the language to begin in; that of LangHint without it
	Country string // the country to begin in
	// LangHint is the language of the person's machine, as LANG or BCP 47 has it.
	LangHint string
	Plain    bool // a transcript: no line editing, no colours, no hints
	NoColor  bool // no colours even on a terminal
}

const (
	defaultWidth = 80
	widest       = 96 // longer lines are hard to read
)

// Run talks until the input ends or ctx does. On a terminal lines are edited, and texts are wrapped to its width.
func Run(ctx context.Context, h bot.Handler, loc *locales.Catalog, in io.Reader, out io.Writer, opts Options) error {
	c := &conversation{bot: h, texts: loc, options: opts, out: out, width: func() int { return defaultWidth }, lang: loc.Langs()[0]}
	hint, _, _ := strings.Cut(opts.LangHint, ".") // es_MX.UTF-8
	if lang, ok := loc.Match(hint); ok && hint != "" {
		c.lang = lang
	}
	if opts.Lang != "" {
		c.lang = opts.Lang
	}
	inFile, outFile := terminalOf(in), terminalOf(out)
	if outFile != nil {
		c.width = func() int { return widthOf(outFile) }
		c.colour = !opts.NoColor && !opts.Plain
	}
	if inFile == nil || outFile == nil || opts.Plain {
		c.read = linesOf(in, out, c.text("terminal_prompt"), inFile == nil)
		return c.run(ctx)
	}
	state, err := term.MakeRaw(int(inFile.Fd()))
	if err != nil {
		return fmt.Errorf("prepare the terminal: %w", err)
	}
	defer func() { _ = term.Restore(int(inFile.Fd()), state) }()
	c.edit(inFile, outFile)
	return c.run(ctx)
}

// edit reads lines that can be edited, from a terminal in raw mode.
func (c *conversation) edit(in io.Reader, out io.Writer) {
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, out}, c.paint(c.text("terminal_prompt"), colourPrompt))
	c.out, c.hints = t, true
	c.read = func() (string, error) {
		_ = t.SetSize(c.width(), 24) // a window may have been drawn larger
		return t.ReadLine()
	}
}

// terminalOf gives the file that a stream is, where it is a terminal; else nil.
func terminalOf(stream any) *os.File {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return f
}

func widthOf(f *os.File) int {
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w < 20 {
		return defaultWidth
	}
	return min(w, widest)
}

// conversation is one talk.
type conversation struct {
	bot     bot.Handler
	texts   *locales.Catalog
	options Options
	out     io.Writer
	read    func() (string, error)
	width   func() int
	colour  bool
	hints   bool
	lang    string
	choices []bot.Choice // of the last answer, for those who press by number
}

func (c *conversation) text(id string) string {
	return c.texts.Text(c.lang, id)
}

func (c *conversation) run(ctx context.Context) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	for {
		line, err := c.line(ctx)
		if errors.Is(err, io.EOF) || errors.Is(err, context.Canceled) {
			if c.hints {
				return c.print("\n" + c.text("terminal_bye") + "\n")
			}
			return nil
		}
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := c.say(ctx, c.message(line)); err != nil {
			return err
		}
	}
}

// begin greets. Where the country was given, it is not asked for again.
func (c *conversation) begin(ctx context.Context) error {
	if c.options.Lang != "" {
		_ = c.handle(ctx, dialogue.Message{Choice: "lang:" + c.options.Lang})
	}
	greeting := c.handle(ctx, dialogue.Message{Text: "/start"})
	if c.options.Country == "" {
		if err := c.show(greeting); err != nil {
			return err
		}
	} else {
		for i := range greeting {
			greeting[i].Choices = nil
		}
		if err := c.show(append(greeting, c.handle(ctx, dialogue.Message{Choice: "country:" + strings.ToLower(c.options.Country)})...)); err != nil {
			return err
		}
	}
	if c.hints {
		return c.print(c.paint(c.text("terminal_hint"), colourFaint) + "\n\n")
	}
	return nil
}

// line waits for a line, or for the end of ctx.
func (c *conversation) line(ctx context.Context) (string, error) {
	type result struct {
		line string
		err  error
	}
	done := make(chan result, 1)
	go func() { // it stays behind where ctx ends first: a read cannot be called off
		line, err := c.read()
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		if r.line != "" && errors.Is(r.err, io.EOF) {
			r.err = nil // a last line without an end
		}
		return r.line, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// message makes a line a message: a number of the list presses what stands there.
func (c *conversation) message(line string) dialogue.Message {
	if n, err := strconv.Atoi(line); err == nil && n >= 1 && n <= len(c.choices) {
		return dialogue.Message{Choice: c.choices[n-1].ID}
	}
	return dialogue.Message{Text: line}
}

func (c *conversation) say(ctx context.Context, m dialogue.Message) error {
	return c.show(c.handle(ctx, m))
}

// handle hands a message to the assistant; what failed is a reply too.
func (c *conversation) handle(ctx context.Context, m dialogue.Message) []bot.Reply {
	m.LangHint = c.lang
	replies, err := c.bot.Handle(ctx, bot.Message{Channel: "terminal", Chat: Chat, Message: m})
	if len(replies) > 0 {
		return replies
	}
	id := "terminal_repeat"
	if err != nil {
		id = "terminal_failed"
	}
	return []bot.Reply{{Kind: dialogue.None, Lang: c.lang, Text: c.text(id)}}
}

// The colours of what is not said by the assistant.
const (
	colourPrompt = "\x1b[1;36m"
	colourNumber = "\x1b[36m"
	colourDanger = "\x1b[1;31m"
	colourFaint  = "\x1b[2m"
	colourOff    = "\x1b[0m"
)

func (c *conversation) paint(s, colour string) string {
	if !c.colour {
		return s
	}
	return colour + s + colourOff
}

// show writes replies, and their choices with the numbers that press them.
func (c *conversation) show(replies []bot.Reply) error {
	var b strings.Builder
	width := c.width()
	c.choices = nil
	for _, r := range replies {
		if r.Lang != "" {
			c.lang = r.Lang
		}
		b.WriteByte('\n')
		if r.Kind == dialogue.Emergency {
			b.WriteString(c.paint("! ", colourDanger))
		}
		if c.colour {
			b.WriteString(render.ANSI(r.Text, width))
		} else {
			b.WriteString(render.Plain(r.Text, width))
		}
		b.WriteByte('\n')
		if len(r.Choices) > 0 {
			b.WriteByte('\n')
		}
		for _, choice := range r.Choices {
			c.choices = append(c.choices, choice)
			b.WriteString(c.paint(fmt.Sprintf("%3d", len(c.choices)), colourNumber) + "  " + render.Literal(choice.Label) + "\n")
		}
	}
	b.WriteByte('\n')
	return c.print(b.String())
}

func (c *conversation) print(s string) error {
	if _, err := io.WriteString(c.out, s); err != nil {
		return fmt.Errorf("write: %w", err)
	}
	return nil
}
