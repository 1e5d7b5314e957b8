package main

import (
	"context"
	"os"

	"cobijo/bot"
	"cobijo/bot/terminal"
	"cobijo/locales"
)

// chatCmd is a conversation in the terminal. To be bound in the cli struct as
//
//	Chat chatCmd `cmd:"" help:"A conversation in the terminal."`
//
// together with how an assistant is made: kong.Bind(handlerMaker(newHandler)).
type chatCmd struct {
	Lang    string `help:"Language to begin in; without it, the machine's own." enum:",es,en" default:""`
	Country string `help:"Country that the person is in, for example mx." placeholder:"CODE"`
	Plain   bool   `help:"A transcript: no line editing, no colours."`
}

// handlerMaker makes the assistant over a store of its own, with the settings of the environment; shut ends what it began.
type handlerMaker func(ctx context.Context) (h bot.Handler, shut func(), err error)

// Run talks until the input ends.
func (c *chatCmd) Run(ctx context.Context, s *streams, newHandler handlerMaker) error {
	texts, err := locales.Load(locales.FS)
	if err != nil {
		return err
	}
	h, shut, err := newHandler(ctx)
	if err != nil {
		return err
	}
	defer shut()
	return terminal.Run(ctx, h, texts, s.in, s.out, terminal.Options{
		Lang: c.Lang, Country: c.Country, LangHint: os.Getenv("LANG"), Plain: c.Plain, NoColor: os.Getenv("NO_COLOR") != "",
	})
}
