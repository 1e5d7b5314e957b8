package main

import (
	"cobijo/bot/dialogue"
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
	return dialogue.New(base, texts, dialogue.Options{Operator: "Cobijo"}), base, nil
}

func plain(md string) string { return md }
