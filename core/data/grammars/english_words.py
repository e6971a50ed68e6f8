"""The English words of the sentiment grammar, by what they can be said of.

A noun names its kinds, an adjective goes with nouns of its kind, so that sentences make sense: food
is salty, rooms are dirty, both are wonderful. All lower case: the vocabulary folds case.
"""

from __future__ import annotations

from core.data.grammars.lists import ANYTHING, phrases, words

NOUNS: dict[str, tuple[str, ...]] = {
    "story": words(
        "movie film book novel story plot ending script series show episode documentary play comedy"
        " drama sequel beginning scene chapter thriller poem game article musical"
    ),
    "acting": words("acting cast performance dialogue directing"),
    "sound": words("music soundtrack song album concert band singing melody"),
    "food": words(
        "food meal soup pizza coffee dinner breakfast bread cake salad sauce dessert pasta lunch"
        " tea"
    ),
    "people": words("service staff waiter teacher guide doctor driver host crew team seller"),
    "place": words(
        "hotel room restaurant cafe apartment beach museum park kitchen bathroom garden city"
        " library theater house"
    ),
    "thing": words(
        "phone camera screen battery laptop design app bag chair keyboard car bed jacket watch"
        " tablet headset printer bike"
    ),
    "lesson": words("lecture course class lesson talk explanation workshop seminar"),
    "event": words("trip party tour weekend holiday festival journey experience"),
}

UNCOUNTABLE = words(
    "acting dialogue directing music singing food bread coffee tea service staff breakfast dinner"
    " lunch pasta"
)

THEMES: tuple[tuple[str, ...], ...] = (
    ("story", "acting", "sound"),
    ("story", "story", "acting"),
    ("food", "people", "place"),
    ("place", "people", "event"),
    ("thing", "thing", "people"),
    ("lesson", "people", "story"),
    ("sound", "event", "people"),
)
"""The kinds of things that one sentence speaks of."""

PLURALS: dict[str, tuple[str, ...]] = {
    "story": words("characters jokes scenes episodes books movies films games"),
    "acting": words("actors dialogues"),
    "sound": words("songs lyrics"),
    "food": words("noodles drinks dishes desserts"),
    "people": words("waiters people teachers"),
    "place": words("rooms beaches"),
    "thing": words("pictures shoes photos colors"),
    "lesson": words("lessons lectures examples"),
    "event": words("views"),
}

FOR: dict[str, tuple[str, ...]] = {
    ANYTHING: words(
        "good great wonderful excellent amazing fantastic brilliant perfect lovely nice superb"
        " awesome terrific outstanding enjoyable delightful pleasant impressive marvelous"
        " fabulous remarkable beautiful fine"
    ),
    "story": words(
        "funny touching gripping original clever exciting moving hilarious charming powerful"
        " thrilling engaging fascinating interesting entertaining heartwarming"
    ),
    "acting": words("convincing natural believable strong touching powerful"),
    "sound": words("catchy soothing moving gorgeous powerful"),
    "food": words("delicious tasty fresh juicy crispy yummy"),
    "people": words("friendly helpful kind polite attentive patient"),
    "place": words("clean comfortable cozy quiet spacious charming safe"),
    "thing": words("reliable fast sturdy elegant handy stylish comfortable useful"),
    "lesson": words("clear useful helpful inspiring interesting fascinating"),
    "event": words("fun relaxing memorable exciting unforgettable interesting"),
}

AGAINST: dict[str, tuple[str, ...]] = {
    ANYTHING: words(
        "bad terrible awful horrible disappointing poor dreadful mediocre unpleasant lousy"
        " pathetic lame worthless annoying ugly miserable disgusting frustrating unbearable"
        " underwhelming forgettable"
    ),
    "story": words(
        "boring dull predictable silly slow confusing tedious shallow pointless stupid"
        " overlong ridiculous weak messy"
    ),
    "acting": words("wooden stiff fake weak unconvincing clumsy"),
    "sound": words("boring loud dull monotonous noisy"),
    "food": words("bland salty cold greasy stale tasteless burnt soggy"),
    "people": words("rude unfriendly unhelpful careless impatient arrogant"),
    "place": words("dirty noisy cramped smelly uncomfortable gloomy crowded"),
    "thing": words("broken fragile useless flimsy cheap unreliable clumsy slow"),
    "lesson": words("boring confusing dull unclear useless tedious"),
    "event": words("tiring boring stressful exhausting dull chaotic"),
}

TOO: dict[str, tuple[str, ...]] = {
    "story": words("long short violent complicated simple"),
    "acting": words("cold quiet"),
    "sound": words("loud long short"),
    "food": words("sweet hot expensive small spicy"),
    "people": words("slow loud young"),
    "place": words("small hot expensive dark big"),
    "thing": words("heavy small big expensive complicated"),
    "lesson": words("long short difficult fast simple"),
    "event": words("short long expensive"),
}
"""Neither for nor against by themselves; with 'too' they are against."""

# Verbs of liking as (base, past), said by a person of a thing.
LIKES = (
    ("like", "liked"),
    ("love", "loved"),
    ("enjoy", "enjoyed"),
    ("recommend", "recommended"),
    ("admire", "admired"),
    ("appreciate", "appreciated"),
    ("adore", "adored"),
)
DISLIKES = (
    ("hate", "hated"),
    ("dislike", "disliked"),
    ("regret", "regretted"),
    ("despise", "despised"),
    ("detest", "detested"),
)
# Verbs said of a thing with a person after it, as (base, past).
PLEASES = (
    ("impress", "impressed"),
    ("move", "moved"),
    ("delight", "delighted"),
    ("surprise", "surprised"),
    ("please", "pleased"),
    ("fascinate", "fascinated"),
    ("inspire", "inspired"),
    ("touch", "touched"),
)
DISPLEASES = (
    ("bore", "bored"),
    ("disappoint", "disappointed"),
    ("annoy", "annoyed"),
    ("irritate", "irritated"),
    ("frustrate", "frustrated"),
    ("confuse", "confused"),
    ("bother", "bothered"),
)
# Things that something can be, with their article.
TREASURES = phrases(
    "a masterpiece|a joy|a triumph|a delight|a pleasure|a success|a gem|a real treat"
    "|worth it|worth the money|worth my time|the best|a winner|a must see"
)
FAILURES = phrases(
    "a disaster|a mess|a failure|a waste of time|a waste of money|a mistake|a letdown"
    "|a disappointment|the worst|a nightmare|rubbish|garbage|a joke"
)

DEGREES = words("very really so quite pretty rather absolutely truly incredibly extremely totally")
LUCK = words("fortunately luckily happily thankfully")
BAD_LUCK = words("unfortunately sadly regrettably")
SEVERAL = phrases("i|i|i|we|they|you|most people|my friends|our kids|my parents")
PERSONS = phrases(
    "i|we|they|everyone|my sister|my friends|my family|our kids|my brother|the audience"
    "|the critics|most people|my parents|he|she|you"
)
OPENINGS = phrases(
    "in my opinion|to be honest|last night|on sunday|honestly|overall|yesterday|in the end"
    "|this time|for me|last week|i think|i thought|at first glance|as always|frankly"
    "|in general|personally|i must say|this year"
)
CLOSINGS = phrases(
    "for me|last night|this time|on sunday|in the end|overall|as usual|today|in my opinion"
    "|for the whole family|from start to finish|this year|to me|again"
)
NEUTRAL_CLAUSES = phrases(
    "we went there on sunday|i watched it with my sister|it lasted two hours"
    "|i bought it last week|we stayed for three days|it is about a small town"
    "|my brother chose it|i read it on the train|it was our second visit"
    "|we ordered it online|there were about fifty people|i saw it last night"
    "|it takes place in the north|we arrived in the evening|he told me about it"
    "|they opened it last year|i had it for two weeks|it was a monday"
    "|we sat near the window|it has three parts"
)
EXPECTED_FOR = phrases(
    "was better than i expected|could not be better|was even better than the last one"
    "|could not have been better|was worth seeing again|made me smile|made my day"
    "|was as good as i hoped|was the best of all"
)
EXPECTED_AGAINST = phrases(
    "was worse than i expected|could be better|was even worse than the last one"
    "|could have been better|was not worth seeing|made me fall asleep|ruined my day"
    "|was not as good as i hoped|was the worst of all"
)
ADVICE_FOR = phrases(
    "i would recommend it to anyone|i would go there again|i want to see it again"
    "|you should try it|i could not stop smiling|i will come back|we laughed a lot"
    "|i highly recommend it|do not miss it|i had a good time|i would buy it again"
    "|it made us laugh|thank you so much"
)
ADVICE_AGAINST = phrases(
    "i would not recommend it to anyone|i would not go there again|i never want to see it again"
    "|you should avoid it|i want my money back|i will not come back|we fell asleep"
    "|i cannot recommend it|do not waste your time|i had a bad time|i would not buy it again"
    "|it made us yawn|we left early"
)
