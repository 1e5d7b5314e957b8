package dialogue_test

import (
	"testing"

	"cobijo/bot/dialogue"
	"cobijo/knowledge"
	"cobijo/seeds"
)

// What people ask, short and long, in both languages.
var asked = []string{
	"cuanto tiempo tengo para pedir refugio en mexico",
	"how do i apply for asylum in panama",
	"mire es que yo ando trabajando en una construccion y el patron dice que sin el permiso ya no me puede tener, con el carnet de solicitante puedo o que hago",
	"my brother is locked up in the immigration station since two weeks and nobody tells us anything, how do we get him out",
	"A man is following us, he has a knife",
	"¿A qué se comprometió México sobre detención?",
	"y en guatemala?",
	"what's the weather tomorrow",
}

// BenchmarkAnswer is a message understood and an entry chosen: the aim is 200 µs at the median on one core.
func BenchmarkAnswer(b *testing.B) {
	d, _ := newDialogue(b)
	s := dialogue.Session{Introduced: true}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.Handle(today, s, dialogue.Message{Text: asked[i%len(asked)]})
	}
}

// BenchmarkRead is the understanding alone.
func BenchmarkRead(b *testing.B) {
	_, base := newDialogue(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		base.Understand.Read(asked[i%len(asked)], today)
	}
}

// BenchmarkLoad is what a start costs: the aim is 200 ms to ready.
func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		base, err := knowledge.Load(seeds.FS)
		if err != nil {
			b.Fatal(err)
		}
		if base.Retrained {
			b.Fatal("the models are not those of the examples: make train")
		}
	}
}
