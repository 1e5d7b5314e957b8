package poster

import (
	"os"
	"strings"
	"testing"
	"time"

	"cobijo/knowledge/guidance"
	"cobijo/locales"
	"cobijo/seeds"
)

func TestDump(t *testing.T) {
	l, f := guidance.Load(seeds.FS)
	if f.Err() != nil {
		t.Fatal(f.Err())
	}
	tx, _ := locales.Load(locales.FS)
	m, err := New(l, tx)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range strings.Fields(os.Getenv("DUMP")) {
		parts := strings.Split(id, "/")
		e := l.Entry(parts[0], parts[1], parts[2])
		link, _ := PageLink("https://cobijo.example.org", e)
		if parts[3] == "tg" {
			link, _ = TelegramLink("cobijo_bot", e)
		}
		if parts[3] == "un" {
			link, _ = OfficialLink(l.Facts(parts[0]))
		}
		p, err := m.Draw(e, Options{Link: link, Now: time.Now()})
		if err != nil {
			t.Error(err)
			continue
		}
		t.Log(id, p.BodySize)
		base := "/tmp/poster/" + strings.ReplaceAll(id, "/", "_")
		w, _ := os.Create(base + ".png")
		p.PNG(w, 100)
		w.Close()
		w, _ = os.Create(base + ".svg")
		p.SVG(w)
		w.Close()
		w, _ = os.Create(base + ".pdf")
		p.PDF(w)
		w.Close()
	}
	if os.Getenv("ALL") == "" {
		return
	}
	hist := map[float64]int{}
	for _, c := range l.Countries {
		for e := range func(y func(*guidance.Entry) bool) { l.Entries(c.Code, y) } {
			for _, paper := range Papers {
				link, _ := PageLink("https://cobijo.example.org", e)
				p, err := m.Draw(e, Options{Link: link, Now: time.Now(), Paper: paper})
				if err != nil {
					t.Error(e.Lang, err)
					continue
				}
				hist[p.BodySize]++
				if p.BodySize < 12.5 {
					t.Log(e.ID(), e.Lang, p.BodySize)
				}
			}
		}
	}
	t.Log(hist)
}
