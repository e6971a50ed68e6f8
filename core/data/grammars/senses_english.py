"""English words of two senses, and sentences that tell which is meant: all of our own.

In a frame, `~` is the word or one of its synonyms, `{person}` and the like are slots. What gives
the sense away stands before the word, after it, or far off, so that reading in both directions is
of use; what stands right beside it is often the same in both senses ("the ~ was", "a ~ in the").
"""

from __future__ import annotations

SLOTS: dict[str, tuple[str, ...]] = {
    "person": (
        "the farmer", "the teacher", "my sister", "her uncle", "the old man", "the doctor",
        "a child", "our neighbour", "the boy", "the girl",
    ),
    "much": ("some", "no", "much", "a lot of"),
    "opening": (
        "", "", "", "yesterday", "last week", "in the evening", "in the morning",
        "{person} said that", "{person} wrote that", "we heard that",
    ),
    "closing": (
        "", "", "", "again", "at last", "that day", "and nobody was surprised",
        "and {person} saw it", "while it was raining", "as {person} told us",
    ),
}  # fmt: skip

WORDS: dict[str, dict[tuple[str, str, str], tuple[str, ...]]] = {
    "bank": {
        ("money", "돈", "lender"): (
            "the ~ lent {person} {much} money",
            "{person} paid the money into the ~",
            "{person} asked the ~ for a loan",
            "the ~ raised the interest on the loan",
            "a clerk in the ~ counted the coins",
            "{person} opened an account at the ~",
            "{person} borrowed {much} money from the ~",
            "two thieves robbed the ~ and took the cash",
            "the ~ closed the account of {person}",
            "the ~ was old and had no money left",
        ),
        ("river", "강", "shore"): (
            "{person} swam to the ~ of the river",
            "{person} sat on the ~ and fished in the river",
            "the boat drifted to the muddy ~",
            "reeds grew along the ~ of the stream",
            "the flood washed the ~ away",
            "ducks slept on the ~ in the grass",
            "{person} pulled the boat onto the ~",
            "the river rose over the ~",
            "{person} camped on the ~ beside the water",
            "the ~ was old and covered with reeds",
        ),
    },
    "bat": {
        ("animal", "동물", "owl"): (
            "the ~ slept in a dark cave",
            "the ~ hung from the roof of the barn",
            "at night the ~ hunted moths",
            "the ~ flew out of the cave",
            "{person} saw a ~ in the dark sky",
            "the ~ spread its wings and flew away",
            "the hungry ~ ate moths and flies",
            "a ~ lived under the roof of the barn",
            "the ~ was small and its wings were brown",
        ),
        ("sport", "운동", "racket"): (
            "{person} hit the ball with the ~",
            "{person} swung the ~ and missed the ball",
            "the player carried a ~ to the field",
            "the player broke the ~ in the game",
            "{person} bought a wooden ~ for the game",
            "the ball bounced off the ~",
            "the player held the ~ with both hands",
            "the coach gave {person} a ~ and a ball",
            "the ~ was small and made of wood",
        ),
    },
    "spring": {
        ("season", "계절", "autumn"): (
            "the flowers opened in ~",
            "{person} planted beans in ~",
            "the ~ was cold and wet",
            "the birds came back in early ~",
            "after a long winter the ~ came",
            "the snow melted in early ~",
            "{person} waited all winter for the ~",
            "in ~ the days grew longer",
            "{person} saw the first flowers of ~",
        ),
        ("coil", "용수철", "screw"): (
            "the ~ in the watch was broken",
            "{person} replaced the ~ in the clock",
            "a steel ~ held the lid",
            "the ~ of the lock squeaked",
            "{person} pressed the ~ until it snapped",
            "the mechanic oiled the ~ of the machine",
            "the ~ pushed the lever of the lock back",
            "{person} lost a tiny ~ of the watch",
            "the ~ was made of steel",
        ),
    },
    "match": {
        ("game", "경기", "contest"): (
            "our team won the ~",
            "the ~ ended without a goal",
            "{person} watched the ~ on television",
            "the referee stopped the ~",
            "the crowd cheered during the ~",
            "both teams trained for the ~",
            "{person} scored a goal in the ~",
            "they lost the ~ by one goal",
            "the last ~ was long and the crowd went home",
        ),
        ("fire", "불", "lighter"): (
            "{person} lit the candle with a ~",
            "the ~ burned for a moment and went out",
            "{person} struck a ~ in the dark",
            "{person} dropped the burning ~",
            "the ~ was wet and did not burn",
            "{person} held a ~ to the stove",
            "the flame of the ~ lit the room",
            "{person} looked for a ~ to light the fire",
            "the last ~ was wet and the candle went out",
        ),
    },
    "crane": {
        ("bird", "새", "heron"): (
            "the ~ stood on one leg in the pond",
            "a ~ built its nest in the reeds",
            "the ~ caught a fish with its beak",
            "the ~ flew over the pond with slow wings",
            "{person} heard the cry of a ~",
            "the ~ fed its young in the nest",
            "a white ~ walked through the reeds",
            "the ~ had long legs and a thin beak",
        ),
        ("machine", "기계", "digger"): (
            "the ~ lifted the steel beams",
            "the workers moved the ~ to the building",
            "the ~ stood on the building site",
            "a ~ loaded the ship in the harbour",
            "the driver of the ~ switched the engine off",
            "the engine of the ~ broke down",
            "a yellow ~ lowered the beams onto the truck",
            "the ~ had a long arm and a loud engine",
        ),
    },
    "seal": {
        ("animal", "동물", "walrus"): (
            "the ~ dived under the ice",
            "the ~ ate a fish on the beach",
            "a ~ lay on the ice in the sun",
            "the young ~ swam after its mother",
            "{person} fed the ~ in the zoo",
            "the ~ came out of the sea and barked",
            "the fur of the ~ was wet",
            "hunters chased the ~ over the ice",
        ),
        ("stamp", "도장", "signature"): (
            "the king put his ~ on the letter",
            "the letter bore the ~ of the king",
            "the judge checked the ~ on the contract",
            "{person} broke the ~ and read the letter",
            "the contract was not valid without a ~",
            "{person} forged the ~ on the paper",
            "the ~ of the king was on the paper",
            "a lawyer added a ~ to the contract",
        ),
    },
    "trunk": {
        ("elephant", "코끼리", "tail"): (
            "the elephant raised its ~",
            "the ~ of the elephant was dusty",
            "the elephant drank with its ~",
            "a young elephant held the ~ of its mother",
            "the elephant swung its ~ at the flies",
            "the long ~ of the elephant touched {person}",
        ),
        ("luggage", "짐", "suitcase"): (
            "{person} packed the clothes into the ~",
            "the ~ was full of clothes and shoes",
            "the porter carried the ~ to the train",
            "{person} locked the ~ before the journey",
            "the ~ stood in the hotel",
            "{person} found old clothes in the ~",
        ),
    },
    "palm": {
        ("tree", "나무", "oak"): (
            "the ~ grew in the garden",
            "{person} climbed the ~",
            "the leaves of the ~ moved in the wind",
            "{person} sat in the shade of the ~",
            "the storm broke the ~ in the garden",
            "{person} planted a ~ beside the house",
            "the ~ had green leaves",
        ),
        ("hand", "손", "wrist"): (
            "{person} hurt a finger and the ~",
            "the nurse put a bandage on the ~",
            "{person} had a scar on the ~",
            "the fortune teller read the lines of the ~",
            "{person} held the coin in the ~ of the hand",
            "the skin of the ~ was sore",
            "{person} cut the ~ with a knife",
        ),
    },
}
"""Word → what a sense is called in English and Korean, and a word of that sense alone → frames."""
