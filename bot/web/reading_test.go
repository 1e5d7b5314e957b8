package web

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"cobijo/bot/dialogue"
	"cobijo/bot/render"
	"cobijo/knowledge/guidance"
)

// realPack is what the assistant itself gives to keep.
func realPack(t testing.TB) func(country, lang string) string {
	return dialogue.New(testBase(t), testTexts(t), dialogue.Options{}).Pack
}

func codes(t *testing.T) []string {
	var all []string
	for _, c := range testBase(t).Guidance.Countries {
		if c.Code != guidance.Regional {
			all = append(all, c.Code)
		}
	}
	return all
}

func TestStartWithAnEntry(t *testing.T) {
	for _, tt := range []struct{ start, choice string }{
		{"mx_deadlines", "entry:mx/deadlines"}, {"cr_how-to-apply", "entry:cr/how-to-apply"}, {"regional_work", "entry:regional/work"},
		{"c_mx-04", "commitment:mx-04"}, {"c_zz-99", ""}, {"zz_deadlines", ""}, {"mx_nothing", ""}, {"mx", ""}, {"_", ""}, {"c_", ""},
		{"mx_deadlines/x", ""}, {"forget", ""}, {"<b>", ""}, {"", ""},
	} {
		for _, lang := range []string{"es", "en"} {
			t.Run(tt.start+" "+lang, func(t *testing.T) {
				s := newSite(t, Options{})
				res, page := s.do("GET", "/?start="+url.QueryEscape(tt.start)+"&lang="+lang, nil)
				got := s.bot.messages()
				if res.StatusCode != http.StatusOK || len(got) != 1 || got[0].LangHint != lang || got[0].Choice != tt.choice {
					t.Fatalf("%s, the assistant got %+v", res.Status, got)
				}
				if tt.choice == "" {
					has(t, page, "Welcome in "+lang+".")
					return
				}
				other := map[string]string{"es": "en", "en": "es"}[lang]
				has(t, page, "Pressed <strong>"+tt.choice+"</strong>.", `href="/?lang=`+other+`&amp;start=`+tt.start+`"`)
				// The talk goes on from there.
				_, page = s.do("POST", "/", with(fields(page), "q", "and then?"))
				has(t, page, "An answer")
			})
		}
	}
	t.Run("in a chat under way, in another language", func(t *testing.T) {
		s := newSite(t, Options{})
		s.do("GET", "/?lang=es", nil)
		s.do("GET", "/?start=mx_deadlines&lang=en", nil)
		got := s.bot.messages()
		if len(got) != 3 || got[1].Choice != "lang:en" || got[2].Choice != "entry:mx/deadlines" || got[2].LangHint != "en" || got[2].Chat != got[0].Chat {
			t.Errorf("%+v", got)
		}
	})
	t.Run("HEAD presses nothing", func(t *testing.T) {
		s := newSite(t, Options{})
		if s.do("HEAD", "/?start=mx_deadlines", nil); len(s.bot.messages()) != 0 {
			t.Error("it does")
		}
	})
}

func TestHelpBearsEveryContact(t *testing.T) {
	s := newSite(t, Options{Burst: 1000})
	g := testBase(t).Guidance
	for _, code := range codes(t) {
		for _, lang := range []string{"es", "en"} {
			res, page := s.do("GET", "/help/"+code+"?lang="+lang, nil)
			if res.StatusCode != http.StatusOK {
				t.Fatal(code, res.Status)
			}
			page = html.UnescapeString(page)
			if got, want := strings.Count(page, `<li class="contact">`), len(g.Contacts(code)); got != want {
				t.Errorf("%s %s: %d contacts, want %d", code, lang, got, want)
			}
			for _, c := range g.Contacts(code) {
				wants := []string{">" + c.Name.In(lang) + "<", c.City, c.Address, c.Hours.In(lang)}
				for _, p := range c.Phones {
					wants = append(wants, `href="tel:`+p.Dial+`"`, ">"+p.Number+"</a>", p.Note.In(lang))
				}
				if c.WhatsApp != "" {
					wants = append(wants, `href="https://wa.me/`+strings.TrimPrefix(c.WhatsApp, "+")+`"`)
				}
				if c.Email != "" {
					wants = append(wants, `href="mailto:`+c.Email+`"`)
				}
				if c.URL != "" {
					wants = append(wants, `href="`+string(external(c.URL))+`"`)
				}
				for _, src := range c.Sources {
					wants = append(wants, `href="`+string(external(src.URL))+`"`, ">"+src.Publisher+"</a>")
				}
				for _, want := range wants {
					if !strings.Contains(page, want) {
						t.Errorf("%s %s: %s lacks %q", code, lang, c.ID, want)
					}
				}
			}
			if strings.Contains(page, "ZgotmplZ") {
				t.Errorf("%s %s: an address was refused", code, lang)
			}
			first := regexp.MustCompile(`<h2 id="k-(\w[\w-]*)">`).FindStringSubmatch(page)
			if first == nil || first[1] != kindEmergency {
				t.Errorf("%s: the first group is %v", code, first)
			}
		}
	}
}

func TestHelpByKind(t *testing.T) {
	s := newSite(t, Options{})
	groups := regexp.MustCompile(`<h2 id="k-([\w-]+)">`)
	for query, want := range map[string][]string{
		"kind=shelter": {"emergency", "shelter"}, "kind=emergency": {"emergency"},
		"kind=nonsense": {"emergency", "hotline", "authority", "unhcr", "ombuds", "legal-aid", "ngo", "shelter"},
	} {
		_, page := s.do("GET", "/help/mx?lang=es&"+query, nil)
		var got []string
		for _, m := range groups.FindAllStringSubmatch(page, -1) {
			got = append(got, m[1])
		}
		if query == "kind=nonsense" {
			got = slices.DeleteFunc(got, func(k string) bool { return !slices.Contains(want, k) }) // which others there are is the content's
		}
		if strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	_, page := s.do("GET", "/help/mx?lang=en&kind=shelter", nil)
	n := 0
	for _, c := range testBase(t).Guidance.Contacts("mx") {
		if c.Kind == "shelter" {
			n++
		}
	}
	has(t, page, `<option value="shelter" selected>Shelters</option>`, `<a class="button quiet" href="/help/mx">Show all</a>`, testTexts(t).Count("en", "web_h_count", n))
}

// What is known of a contact comes with its date, and with a warning where that is old or not known.
func TestHelpTellsDates(t *testing.T) {
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	server, err := New(&fakeBot{}, testBase(t), testTexts(t), Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	p := &page{Lang: "es", server: server}
	day := guidance.Day(time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC))
	for _, tt := range []struct {
		of   guidance.Contact
		date string
		old  bool
	}{
		{guidance.Contact{AsOf: day}, "30 de septiembre de 2026", false},
		{guidance.Contact{AsOf: guidance.Day(now.AddDate(-2, 0, 0))}, "25 de noviembre de 2024", true},
		{guidance.Contact{}, "", true},
		{guidance.Contact{Kind: "new"}, "", true},
		{guidance.Contact{Kind: kindEmergency}, "", false},
		{guidance.Contact{Kind: kindEmergency, AsOf: guidance.Day(now.AddDate(-2, 0, 0))}, "25 de noviembre de 2024", false},
	} {
		got := p.contact(&tt.of)
		if got.Date != tt.date || got.Old != tt.old {
			t.Errorf("%+v: %q, old %v", tt.of, got.Date, got.Old)
		}
	}
	if got := kindOf(&guidance.Contact{Kind: "new"}); got != kindOther {
		t.Errorf("a kind without a heading stands under %q", got)
	}
	for dial, want := range map[string]string{"911": "tel:911", "+5211": "tel:+5211", "*4141": "tel:*4141", "#9": "tel:%239"} {
		if got := tel(dial); string(got) != want {
			t.Errorf("%s is dialled as %s", dial, got)
		}
	}
	for address, want := range map[string]string{"javascript:alert(1)": "", "https://x.org/a b": "https://x.org/a%20b", "": "", "//x.org": ""} {
		if got := external(address); string(got) != want {
			t.Errorf("%q leads to %q", address, got)
		}
	}
}

func TestHelpList(t *testing.T) {
	s := newSite(t, Options{})
	for _, lang := range []string{"es", "en"} {
		_, page := s.do("GET", "/help?lang="+lang, nil)
		for _, code := range codes(t) {
			has(t, page, `href="/help/`+code+`"`)
			if !slices.ContainsFunc(testBase(t).Guidance.Contacts(code), func(c *guidance.Contact) bool { return c.Kind == kindEmergency && len(c.Phones) > 0 }) {
				t.Errorf("%s has no number for an emergency", code)
			}
		}
		has(t, page, `href="tel:911"`, `href="tel:122"`, "Family Links")
	}
	if res, _ := s.do("GET", "/help/MX", nil); res.StatusCode != http.StatusOK {
		t.Error("a code in capitals is not known")
	}
	for _, path := range []string{"/help/zz", "/help/regional", "/help/mx/x", "/pack", "/pack/mx.txt"} {
		if res, _ := s.do("GET", path, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

func TestPackFiles(t *testing.T) {
	pack := realPack(t)
	s := newSite(t, Options{Pack: pack, Burst: 1000})
	for _, code := range codes(t) {
		for _, lang := range []string{"es", "en"} {
			res, text := s.do("GET", "/pack/"+code+".txt?lang="+lang, nil)
			h := res.Header
			if res.StatusCode != http.StatusOK || h.Get("Content-Type") != "text/plain; charset=utf-8" || h.Get("Content-Language") != lang ||
				h.Get("Content-Disposition") != `attachment; filename="info-`+code+`.txt"` || h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %s, %v", code, res.Status, h)
			}
			if len(res.Cookies()) != 0 {
				t.Errorf("%s: a file sets a cookie", code)
			}
			if len(text) >= 20_000 || len(text) < 2_000 || !utf8.ValidString(text) {
				t.Errorf("%s %s: %d bytes", code, lang, len(text))
			}
			if text != render.Plain(pack(code, lang), 0)+"\n" || strings.Contains(text, "**") || strings.Contains(text, "](") {
				t.Errorf("%s %s is not the assistant's text in plain", code, lang)
			}
			has(t, text, testBase(t).Guidance.Country(code).Name.In(lang))
		}
	}
	for _, path := range []string{"/pack/zz.txt", "/pack/regional.txt", "/pack/zz", "/pack/.txt"} {
		if res, _ := s.do("GET", path, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
	// Without a language in the address it is the pages' own.
	s.do("GET", "/pack?lang=en", nil)
	if res, _ := s.do("GET", "/pack/mx.txt", nil, "Accept-Language", "es"); res.Header.Get("Content-Language") != "en" {
		t.Error("the language that was chosen is not kept")
	}
}

func TestPackPages(t *testing.T) {
	s := newSite(t, Options{Pack: realPack(t), Burst: 1000})
	for _, lang := range []string{"es", "en"} {
		_, page := s.do("GET", "/pack?lang="+lang, nil)
		for _, code := range codes(t) {
			_, text := s.do("GET", "/pack/"+code+".txt?lang="+lang, nil)
			has(t, page, `href="/pack/`+code+`.txt?lang=`+lang+`" download="info-`+code+`.txt"`, `href="/pack/`+code+`"`)
			if kb := (len(text) + 999) / 1000; !strings.Contains(page, "("+string(rune('0'+kb/10))+string(rune('0'+kb%10))+" kB)") {
				t.Errorf("%s: no size of %d kB", code, kb)
			}
		}
		has(t, page, "WhatsApp", "info-mx.txt")
	}
	_, page := s.do("GET", "/pack/mx?lang=es", nil)
	has(t, page, "<h1>Cobijo · México</h1>", "<h2>Plazo para pedirlo</h2>", "Tiene 30 días hábiles", `href="tel:911"`, `download="info-mx.txt"`)
	if strings.Contains(page, "<p><strong>Plazo para pedirlo</strong></p>") {
		t.Error("a heading is none")
	}
	if got := headed(render.HTML("**A & <b>**\n\ntext\n\n**B**\n\n**not** all\n\n- **C**")); string(got) != "<h1>A &amp; &lt;b&gt;</h1>\n<p>text</p>\n<h2>B</h2>\n<p><strong>not</strong> all</p>\n<ul><li><strong>C</strong></li></ul>\n" {
		t.Errorf("%s", got)
	}
}

func TestCompare(t *testing.T) {
	s := newSite(t, Options{Burst: 1000})
	g := testBase(t).Guidance
	for _, lang := range []string{"es", "en"} {
		for _, on := range []string{"", "deadline", "decision", "cost", "work", "appeal", "nonsense"} {
			res, page := s.do("GET", "/compare?lang="+lang+"&on="+on, nil)
			if res.StatusCode != http.StatusOK {
				t.Fatal(res.Status)
			}
			page = html.UnescapeString(page)
			columns := 3
			if on == "" || on == "nonsense" {
				columns = 7
			}
			if got := strings.Count(page, `scope="col"`); got != columns {
				t.Errorf("%s %s: %d columns, want %d", lang, on, got, columns)
			}
			for _, code := range codes(t) {
				f := g.Facts(code)
				var wants, sources []string
				add := func(by string, text string, ids []string) {
					if columns == 7 || by == on {
						wants, sources = append(wants, text), append(sources, ids...)
					}
				}
				add("", f.Authority.Name.In(lang), nil)
				for by, n := range map[string]*guidance.Noted{"decision": f.Decision, "cost": f.Cost, "work": f.Work} {
					if n != nil {
						add(by, ">"+n.In(lang)+"<", n.Sources)
					}
				}
				for by, l := range map[string]*guidance.Limit{"deadline": f.Deadline, "appeal": f.Appeal} {
					if l != nil {
						add(by, l.From.In(lang), l.Sources)
						add(by, l.Late.In(lang), nil)
					}
				}
				for _, want := range append(wants, `href="/help/`+code+`"`, `href="/?lang=`+lang+`&start=`+code+`_`) {
					if !strings.Contains(page, want) {
						t.Errorf("%s %s %s: no %q", lang, on, code, want)
					}
				}
				for _, id := range sources {
					// Once beside what it says, once in the list.
					if url := `href="` + string(external(g.Source(code, id).URL)) + `"`; strings.Count(page, url) < 2 {
						t.Errorf("%s %s: the source %s is not linked", on, code, id)
					}
				}
			}
		}
	}
	_, page := s.do("GET", "/compare?lang=es&on=deadline", nil)
	has(t, page, "30 días hábiles, desde el día hábil siguiente a su entrada", "La ley no pone plazo", "No lo encontramos.", `aria-current="page">Plazo para pedir asilo</a>`, "?lang=es&amp;start=mx_deadlines", "¿Ya pasó? Vaya de todos modos")
	_, page = s.do("GET", "/compare?lang=en&on=deadline", nil)
	has(t, page, "30 working days, from the working day after you came in", "1 year, from your last arrival", "The law sets no limit")
}

// The number beside a fact is that of its source in the list below.
func TestCompareNumbersSources(t *testing.T) {
	s := newSite(t, Options{})
	_, page := s.do("GET", "/compare?lang=es", nil)
	list := regexp.MustCompile(`<li>[^<]*<a href="([^"]*)"`).FindAllStringSubmatch(page[strings.Index(page, `<ol class="sources">`):], -1)
	refs := regexp.MustCompile(`<a href="([^"]*)" aria-label="(\d+): `).FindAllStringSubmatch(page, -1)
	if len(refs) < 50 || len(list) < 30 {
		t.Fatalf("%d numbers, %d sources", len(refs), len(list))
	}
	for _, ref := range refs {
		n := 0
		for _, digit := range ref[2] {
			n = n*10 + int(digit-'0')
		}
		if n < 1 || n > len(list) || list[n-1][1] != ref[1] {
			t.Errorf("number %d leads to %s", n, ref[1])
		}
	}
}

func TestFooterLeadsOn(t *testing.T) {
	for _, packs := range []bool{true, false} {
		o := Options{}
		if packs {
			o.Pack = realPack(t)
		}
		s := newSite(t, o)
		for _, path := range []string{"/?lang=es", "/help", "/help/mx", "/compare", "/commitments", "/nowhere"} {
			_, page := s.do("GET", path, nil)
			_, foot, _ := strings.Cut(page, "<footer>")
			has(t, foot, `href="/help"`, `href="/compare"`, `href="/commitments"`, "Información revisada por última vez")
			if strings.Contains(foot, `href="/pack"`) != packs {
				t.Errorf("%s: offers packs: %v", path, !packs)
			}
		}
	}
}

// Every code that the data bear has a name on the pages.
func TestCodesHaveNames(t *testing.T) {
	texts := testTexts(t) // complains
	for _, code := range append(codes(t), guidance.Regional) {
		for _, c := range testBase(t).Guidance.Contacts(code) {
			if kindOf(c) == kindOther {
				t.Errorf("%s/%s: the kind %q has no heading", code, c.ID, c.Kind)
			}
			for _, l := range c.Languages {
				for _, lang := range texts.Langs() {
					texts.Text(lang, "web_lang_"+l)
				}
			}
		}
	}
	for _, k := range contactKinds {
		for _, lang := range texts.Langs() {
			texts.Text(lang, message("web_h_kind_", k))
		}
	}
}
