package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"cobijo/bot/poster"
	"cobijo/knowledge/guidance"
)

type posterCmd struct {
	Country  string  `help:"Country of the entry, for example mx; regional for what holds everywhere." required:"" placeholder:"CODE"`
	Topic    string  `help:"Topic of the entry, for example deadlines." required:""`
	Lang     string  `help:"Language." enum:"es,en" default:"es"`
	Out      string  `help:"File to write; its ending says what it becomes: .pdf, .svg or .png." required:"" placeholder:"FILE" type:"path"`
	Paper    string  `help:"Sheet: a4 or letter." enum:"a4,letter" default:"a4"`
	DPI      float64 `help:"Dots per inch of a .png, 72 to 600." default:"200" name:"dpi"`
	Link     string  `help:"Address of the assistant's web page, for the code on the poster." placeholder:"URL" xor:"where"`
	Telegram string  `help:"Name of the assistant's Telegram bot, for the code on the poster." placeholder:"BOT" xor:"where"`

	contentFlag
}

// Run writes a poster of an entry.
func (c *posterCmd) Run(s *streams) error {
	write, err := c.writer()
	if err != nil {
		return err
	}
	library, texts, err := c.guidance()
	if err != nil {
		return err
	}
	e, err := ownEntry(library, strings.ToLower(c.Country), strings.ToLower(c.Topic), c.Lang)
	if err != nil {
		return err
	}
	link, err := c.where(library, e)
	if err != nil {
		return err
	}
	maker, err := poster.New(library, texts)
	if err != nil {
		return err
	}
	now := time.Now()
	page, err := maker.Draw(e, poster.Options{Paper: poster.Papers[c.Paper], Link: link, Now: now})
	if err != nil {
		return err
	}
	if err := writeFile(c.Out, func(w io.Writer) error { return write(page, w) }); err != nil {
		return err
	}
	if c.Link == "" && c.Telegram == "" {
		fmt.Fprintf(s.err, "The code leads to %s. To lead to the assistant, give --link or --telegram.\n", link.URL)
	}
	if e.Stale(now) {
		fmt.Fprintf(s.err, "%s was last reviewed on %s and is due: compare it with its sources before you print it.\n", e.ID(), e.Reviewed)
	}
	fmt.Fprintf(s.out, "%s: %s, letters of %g points, code to %s\n", c.Out, page.Title, page.BodySize, link.URL)
	return nil
}

// writer chooses what to write by the file's ending.
func (c *posterCmd) writer() (func(*poster.Page, io.Writer) error, error) {
	switch ext := strings.ToLower(filepath.Ext(c.Out)); ext {
	case ".pdf":
		return (*poster.Page).PDF, nil
	case ".svg":
		return (*poster.Page).SVG, nil
	case ".png":
		if c.DPI < poster.MinDPI || c.DPI > poster.MaxDPI {
			return nil, usageError{fmt.Errorf("--dpi is %d to %d", poster.MinDPI, poster.MaxDPI)}
		}
		return func(p *poster.Page, w io.Writer) error { return p.PNG(w, c.DPI) }, nil
	default:
		return nil, usageError{fmt.Errorf("--out ends in .pdf, .svg or .png, not in %q", ext)}
	}
}

// where gives where the code leads; without an address of the assistant, to the country's page of UNHCR.
func (c *posterCmd) where(l *guidance.Library, e *guidance.Entry) (poster.Link, error) {
	switch {
	case c.Link != "":
		link, err := poster.PageLink(c.Link, e)
		if err != nil {
			return link, usageError{fmt.Errorf("--link: %w", err)}
		}
		return link, nil
	case c.Telegram != "":
		link, err := poster.TelegramLink(c.Telegram, e)
		if err != nil {
			return link, usageError{fmt.Errorf("--telegram: %w", err)}
		}
		return link, nil
	}
	link, ok := poster.OfficialLink(l.Facts(e.Country))
	if !ok {
		return link, usageError{errors.New("where shall the code lead? give --link or --telegram")}
	}
	return link, nil
}

// writeFile writes a file whole or not at all: it stands under its name once it is complete.
func writeFile(name string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	if err := errors.Join(write(f), f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := os.Rename(f.Name(), name); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
