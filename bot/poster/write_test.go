package poster

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"io"
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	"go.yaml.in/yaml/v3"

	"cobijo/knowledge/guidance"
	"cobijo/locales"
)

// read finds and reads the code of a picture, as a telephone does.
func read(img image.Image) (string, error) {
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return "", err
	}
	r, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		return "", err
	}
	return r.GetText(), nil
}

// A telephone reads from the printed page the link that was meant, on each sheet, coarse and fine, and with a piece torn off.
func TestCodeIsReadBack(t *testing.T) {
	m, l := newMaker(t)
	page := func(e *guidance.Entry) (Link, error) { return PageLink("https://ayuda.example.org/cobijo", e) }
	bot := func(e *guidance.Entry) (Link, error) { return TelegramLink("cobijo_bot", e) }
	official := func(e *guidance.Entry) (Link, error) {
		link, ok := OfficialLink(l.Facts(e.Country))
		if !ok {
			return link, errors.New("no page")
		}
		return link, nil
	}
	for _, tt := range []struct {
		name, country, topic, lang string
		link                       func(*guidance.Entry) (Link, error)
		paper                      string
		dpi                        float64
		want                       string
	}{
		{"page", "mx", "deadlines", "es", page, "a4", 150, "https://ayuda.example.org/cobijo?lang=es&start=mx_deadlines"},
		{"telegram", "gt", "how-to-apply", "en", bot, "letter", 150, "https://t.me/cobijo_bot?start=gt_how-to-apply"},
		{"official", "cl", "emergency", "es", official, "a4", 200, "https://help.unhcr.org/chile/acnur-en-chile/"},
		{"coarse", "us", "detention", "en", page, "letter", MinDPI, "https://ayuda.example.org/cobijo?lang=en&start=us_detention"},
		{"regional", "regional", "internal-displacement", "es", bot, "a4", 100, "https://t.me/cobijo_bot?start=regional_internal-displacement"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := l.Entry(tt.country, tt.topic, tt.lang)
			link, err := tt.link(e)
			if err != nil {
				t.Fatal(err)
			}
			p := mustDraw(t, m, e, Options{Paper: Papers[tt.paper], Link: link})
			var file bytes.Buffer
			if err := p.PNG(&file, tt.dpi); err != nil {
				t.Fatal(err)
			}
			img, err := png.Decode(&file)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := read(img); err != nil || got != tt.want {
				t.Errorf("read %q, %v; want %q", got, err, tt.want)
			}
			torn, ok := img.(*image.Gray)
			if !ok {
				t.Fatalf("the picture is %T", img)
			}
			scale := tt.dpi / 25.4
			q := p.qrArea
			hole := image.Rect(int((q.x+q.w*0.55)*scale), int((q.y+q.h*0.45)*scale), int((q.x+q.w*0.75)*scale), int((q.y+q.h*0.6)*scale))
			draw.Draw(torn, hole, image.White, image.Point{}, draw.Src)
			if got, err := read(torn); err != nil || got != tt.want {
				t.Errorf("torn: read %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	_, l := newMaker(t)
	e := l.Entry("mx", "deadlines", "es")
	for base, want := range map[string]string{
		"https://x.org":                "https://x.org/?lang=es&start=mx_deadlines",
		"https://x.org/ayuda?from=a&b": "https://x.org/ayuda?b=&from=a&lang=es&start=mx_deadlines",
		"http://localhost:8080/":       "http://localhost:8080/?lang=es&start=mx_deadlines",
		"x.org":                        "",
		"javascript:alert(1)":          "",
		"https://":                     "",
		"":                             "",
	} {
		if got, err := PageLink(base, e); got.URL != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", base, got.URL, err)
		}
	}
	for bot, want := range map[string]string{
		"cobijo_bot": "https://t.me/cobijo_bot?start=mx_deadlines", "@CobijoBot": "https://t.me/CobijoBot?start=mx_deadlines",
		"bot": "", "a/b/c/d/e": "", "1bot_x": "", "": "",
	} {
		if got, err := TelegramLink(bot, e); got.URL != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", bot, got.URL, err)
		}
	}
	// What Telegram allows behind start=: up to 64 of these.
	allowed := regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	for _, c := range l.Countries {
		if _, ok := OfficialLink(l.Facts(c.Code)); !ok {
			t.Errorf("%s has no official page", c.Code)
		}
		l.Entries(c.Code, func(e *guidance.Entry) bool {
			if !allowed.MatchString(start(e)) {
				t.Errorf("Telegram refuses %q", start(e))
			}
			return true
		})
	}
	var f guidance.Facts
	if _, ok := OfficialLink(&f); ok {
		t.Error("a country without pages has a link")
	}
	f.Authority.URL = "https://gob.example"
	if got, _ := OfficialLink(&f); got.Caption != "poster_scan_authority" {
		t.Errorf("the authority's page is called %s", got.Caption)
	}
}

func TestPDF(t *testing.T) {
	m, l := newMaker(t)
	for name, box := range map[string]string{"a4": "/MediaBox [0 0 595.28 841.89]", "letter": "/MediaBox [0 0 612.00 792.00]"} {
		p := mustDraw(t, m, l.Entry("mx", "deadlines", "es"), Options{Paper: Papers[name]})
		var a, b bytes.Buffer
		if err := p.PDF(&a); err != nil {
			t.Fatal(err)
		}
		if err := p.PDF(&b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: the same page gives two files", name)
		}
		for _, want := range []string{"%PDF-1.", box, "/Count 1\n", "/Lang (es)", "https://cobijo.example.org/?lang=es&start=mx_deadlines", "%%EOF"} {
			if !bytes.Contains(a.Bytes(), []byte(want)) {
				t.Errorf("%s: no %q in the PDF", name, want)
			}
		}
		if a.Len() > 100<<10 {
			t.Errorf("%s: %d bytes", name, a.Len())
		}
	}
}

func TestSVG(t *testing.T) {
	m, l := newMaker(t)
	e := *l.Entry("mx", "deadlines", "es")
	e.Body += "\n\nA & B \\< C." // what XML must not take for its own
	p := mustDraw(t, m, &e, Options{})
	var b bytes.Buffer
	if err := p.SVG(&b); err != nil {
		t.Fatal(err)
	}
	var title, desc string
	defined, used := map[string]bool{}, map[string]bool{}
	dec := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		el, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range el.Attr {
			switch {
			case el.Name.Local == "path" && a.Name.Local == "id":
				defined[a.Value] = true
			case el.Name.Local == "use" && a.Name.Local == "href":
				used[strings.TrimPrefix(a.Value, "#")] = true
			}
		}
		switch el.Name.Local {
		case "title":
			err = dec.DecodeElement(&title, &el)
		case "desc":
			err = dec.DecodeElement(&desc, &el)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if title != p.Title {
		t.Errorf("title %q", title)
	}
	for _, want := range []string{"Tiene 30 días", "A & B < C.", "911", "start=mx_deadlines", "Revisado el"} {
		if !strings.Contains(desc, want) {
			t.Errorf("no %q in the description", want)
		}
	}
	for id := range used {
		if !defined[id] {
			t.Errorf("the letter %s is not defined", id)
		}
	}
	if len(used) < 30 {
		t.Errorf("only %d letters are used", len(used))
	}
	if b.Len() > 200<<10 {
		t.Errorf("%d bytes", b.Len())
	}
}

func TestImage(t *testing.T) {
	m, l := newMaker(t)
	p := mustDraw(t, m, l.Entry("br", "work", "en"), Options{})
	for _, dpi := range []float64{0, MinDPI - 1, MaxDPI + 1} {
		if _, err := p.Image(dpi); err == nil {
			t.Errorf("%g dots per inch were drawn", dpi)
		}
	}
	img, err := p.Image(MinDPI)
	if err != nil {
		t.Fatal(err)
	}
	// The margins are white, and there is something within.
	border, dark := 49, 0 // pixels: 18 mm, less a hair
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if img.GrayAt(x, y).Y > 128 {
				continue
			}
			dark++
			if x < border || y < border || x >= img.Rect.Dx()-border || y >= img.Rect.Dy()-border {
				t.Fatalf("ink in the margin at %d,%d", x, y)
			}
		}
	}
	if share := float64(dark) / float64(len(img.Pix)); share < 0.02 || share > 0.25 {
		t.Errorf("%.0f %% of the page is black", 100*share)
	}
}

// The texts of the posters stand in both languages, with the same placeholders, and promise nothing.
func TestTexts(t *testing.T) {
	texts := map[string]map[string]string{}
	for _, lang := range guidance.Languages {
		data, err := fs.ReadFile(locales.FS, "poster."+lang+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{}
		if err := yaml.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		texts[lang] = m
	}
	placeholder := regexp.MustCompile(`{{\.\w+}}`)
	for id, es := range texts["es"] {
		if en := texts["en"][id]; placeholder.FindString(en) != placeholder.FindString(es) || en == "" || !strings.HasPrefix(id, "poster_") {
			t.Errorf("%s: %q and %q", id, es, en)
		}
	}
	// That something is free is for the entry to say.
	free := regexp.MustCompile(`(?i)gratis|gratuit|\bfree\b`)
	for _, lang := range guidance.Languages {
		for id, text := range texts[lang] {
			if free.MatchString(text) {
				t.Errorf("%s says by itself that something is free: %q", id, text)
			}
		}
	}
	if len(texts["es"]) != len(texts["en"]) {
		t.Errorf("%d texts in Spanish, %d in English", len(texts["es"]), len(texts["en"]))
	}
}
