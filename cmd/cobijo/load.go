package main

import (
	"context"
	"log/slog"

	"cobijo/bot"
	"cobijo/bot/dialogue"
	"cobijo/bot/render"
	"cobijo/knowledge"
	"cobijo/locales"
	"cobijo/seeds"
)

// loadDialogue reads the knowledge and the texts that the binary carries.
func loadDialogue() (*dialogue.Dialogue, *knowledge.Base, error) {
	base, err := knowledge.Load(seeds.FS)
	if err != nil {
		return nil, nil, err
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		return nil, nil, err
	}
	return dialogue.New(base, texts, dialogue.Options{}), base, nil
}

// plain is a reply's text without its marks, unwrapped.
func plain(md string) string { return render.Plain(md, 0) }

// newHandler makes the assistant for a terminal: with a memory of its own that ends with the process.
func newHandler(ctx context.Context) (bot.Handler, func(), error) {
	s, err := settings{SessionTTL: maxTTL, PerMinute: 1000, MaxRunes: 2000}.open(ctx, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, nil, err
	}
	return s, s.close, nil
}
