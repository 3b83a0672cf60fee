"""What a reader should make of a step, said for one verdict, so that no remark outlives it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mgc.experiments.ledger import HELPS, HURTS, NOT_SHOWN

REMARKS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("A network that learned from other songs (MusiCNN)", HELPS): (
            "By far the step most worth taking: who has heard many songs needs few with a label."
            " It may have heard some of GTZAN's among them."
        ),
        ("The artist's name beside the sound, artists shared", HELPS): (
            "A leak that looks like a gain: whoever knows the artist knows the genre, as long as"
            " that artist was heard before."
        ),
        ("The artist's name beside the sound", HURTS): (
            "The same columns with artists kept apart: a name that nobody has heard says nothing,"
            " and what was learned about names was not learned about sound."
        ),
        ("Tempo, key, metre and year alone", HELPS): (
            "A card in a shop's drawer, without a note of music, tells more than a guess."
        ),
        ("Tempo, key, metre and year beside the sound", NOT_SHOWN): (
            "Promising, and no more than that: beside so many other questions the answer is not"
            " sure enough."
        ),
        ("Edges between tracks of one artist", HELPS): (
            "Tracks of one artist vote together. One must know who plays for that, and it"
            " mends a graph that is worse than plain regression without it."
        ),
        ("Three fits of one network averaged: MLP", HELPS): (
            "The dullest step works: train again, and average."
        ),
        ("Three fits of one network averaged: VGG16 transfer", NOT_SHOWN): (
            "Much the same gain, but fits of this network differ so much that it may be chance."
        ),
        ("VGG16 read row by row of frequency", NOT_SHOWN): (
            "It may matter how high a filter answers; these tracks do not settle it."
        ),
        ("CNN and LSTM, weighted", NOT_SHOWN): (
            "The report's own combination: next to nothing changes."
        ),
        ("All five networks, weighted", NOT_SHOWN): (
            "Five networks trained, for a point that may be chance."
        ),
        ("All five networks, stacked", NOT_SHOWN): (
            "A stack is learned from validation tracks, and there are few of them."
        ),
        ("All five networks and two classical models, averaged", NOT_SHOWN): (
            "The more the merrier, hardly: a plain mean of seven, for a point that may be chance."
        ),
        ("Tracks with known faults left out of training", NOT_SHOWN): (
            "Whoever cleans the labels for a better score should not expect one."
        ),
        ("Suspect labels left out of training", NOT_SHOWN): (
            "If anything it is a loss: what a weak model doubts is mostly hard, not wrong."
        ),
        ("Suspect labels left out, not others", NOT_SHOWN): (
            "Leaving out the suspects is no better than leaving out as many at random."
        ),
        ("Ten archives that send weights, artists dealt evenly", NOT_SHOWN): (
            "Weights can travel in the place of music. It looks like a loss, and these tracks do"
            " not settle whether there is one."
        ),
        ("Ten archives that send weights, each with two genres or so", NOT_SHOWN): (
            "If archives specialise, the loss looks a little larger; whether it is was not tested."
        ),
        ("Artists in five groups, each learned when it comes", HURTS): (
            "What was learned is overwritten: a network that only ever looks ahead forgets, and"
            " forgets what would have helped with artists that it never heard."
        ),
        ("Twenty old tracks of each group kept and replayed", HELPS): (
            "A few old tracks undo nearly all of the forgetting, at no further training."
        ),
        ("Columns scaled anew for pictures in noise", NOT_SHOWN): (
            "It looks like the largest gain of all that cost nothing, and artists differ so much"
            " in it that it is not sure after so many questions."
        ),
        ("Columns scaled anew for pictures cut to a telephone's band", NOT_SHOWN): (
            "On pictures nothing is sure. On real sound of a telephone it helps much, as the"
            " page on training shows."
        ),
        ("Columns scaled anew for clean pictures", NOT_SHOWN): (
            "There is nothing to mend, so this is the check of the row on noise: if anything, it"
            " costs."
        ),
        ("Two slower time scales beside the picture", NOT_SHOWN): (
            "What the slower pictures say, the quick one has said already."
        ),
        ("Attention over time (VGG16)", NOT_SHOWN): (
            "Which seconds to listen to can be learned, and the plain mean is not shown"
            " to be worse."
        ),
        ("A small transformer on patches", HURTS): (
            "What convolution has built in, attention must learn, from few tracks. Two settings"
            " were tried for it, and hardly more for the CNN beside it."
        ),
        ("Lasting and striking parts beside the picture", NOT_SHOWN): (
            "Voices apart from drums: a point that may be chance."
        ),
        ("Log-spaced frequency beside the picture", NOT_SHOWN): (
            "The same rows at other distances: less than a point, if anything."
        ),
        ("Stretched, shifted, noisy and masked copies", NOT_SHOWN): (
            "The report's favourite, and a loss, if anything. Statistics over half a minute change"
            " little when a song is stretched, so that copies have little to teach."
        ),
        ("Stretched copies beside the three other kinds", NOT_SHOWN): (
            "A song played faster or slower adds next to nothing to the other copies."
        ),
        ("Shifted copies beside the three other kinds", NOT_SHOWN): (
            "With the copies drawn first it looked like a gain; others were drawn since, and less"
            " is left of it."
        ),
        ("Noisy copies beside the three other kinds", NOT_SHOWN): (
            "It makes no difference that one could see, either way."
        ),
        ("Masked copies beside the three other kinds", NOT_SHOWN): (
            "To hide parts of a picture costs something, if it does anything."
        ),
        ("Altered copies for the CNN", HURTS): (
            "The network hears as many crops as before, most of them altered, and knows real sound"
            " less well for it. Milder copies, or fewer, were not tried."
        ),
        ("Ninety composed pieces beside the music", NOT_SHOWN): (
            "Sketches of ten styles, composed by rule: beside real music they are no help, and"
            " little harm."
        ),
        ("Five hundred composed pieces beside the music", NOT_SHOWN): (
            "More sketches are no better: if anything it is a loss, as if the model learned how"
            " composed pieces sound in the place of songs."
        ),
        ("Five hundred composed pieces, and no music", NOT_SHOWN): (
            "More pieces by the same rules tell no more of real music than a few of them."
        ),
        ("Ninety composed pieces, and no music", NOT_SHOWN): (
            "A model that heard nothing but sketches of the styles is not shown to be better at"
            " real music than one whose pieces bear the wrong names."
        ),
        ("Settings found by Optuna: logistic regression", NOT_SHOWN): (
            "The program lands where the grid did."
        ),
        ("Settings found by Optuna: SVM", NOT_SHOWN): (
            "What it gains on validation tracks, test tracks do not give."
        ),
        ("Fine-tuning VGG16's last block", NOT_SHOWN): (
            "The step that everybody would take first. From so few tracks, filters that go on"
            " learning serve hardly better than those of photographs."
        ),
        ("Fine-tuning VGG16's last two blocks", NOT_SHOWN): (
            "At the rate of a single block, two of them first unlearn what they knew. In log loss"
            " they barely catch up; in right answers they stay behind, if anything."
        ),
        ("Settings found by Optuna: MLP", NOT_SHOWN): (
            "The same again: a lower loss on validation tracks, and nothing of it on test tracks."
        ),
        ("Settings found by Optuna: LSTM", NOT_SHOWN): (
            "It looks like a gain, here as with settings drawn at random, and these tracks do not"
            " settle whether there is one."
        ),
        ("Settings found by Optuna: autoencoder", NOT_SHOWN): (
            "More right answers, if anything, on tracks that chose nothing; too few to be sure."
        ),
        ("Settings found by Optuna: VGG16's head", NOT_SHOWN): (
            "The program finds nothing that test tracks would show."
        ),
        ("Contrastive pretraining, then the CNN's own training", NOT_SHOWN): (
            "It looks like a gain, but it was trained for twice as long in all. Beside a CNN that"
            " spends that time on labels, nothing is left of it."
        ),
        ("Contrastive pretraining against longer training", NOT_SHOWN): (
            "Given as much time with labels alone, the CNN does better, if anything: what looked"
            " like a gain of pretraining is one of time."
        ),
        ("Slower and logarithmic channels for the CNN", NOT_SHOWN): (
            "The network makes nothing of them that a thousand tracks could show."
        ),
        ("Lasting and striking channels for the CNN", NOT_SHOWN): (
            "Voices and drums set apart for it, and it does not mind."
        ),
        ("Contrastive pretraining, all tracks labelled", NOT_SHOWN): (
            "Convolutions that never learned, read by regression, come within some points of the"
            " tuned CNN. Learning without labels, from so few tracks, adds little to that."
        ),
        ("Contrastive pretraining, one labelled track a genre", NOT_SHOWN): (
            "Ten labels are few, with either weights."
        ),
        ("Contrastive pretraining, 10 labelled tracks a genre", NOT_SHOWN): (
            "Where labels are few, it looks like a small gain; more tracks would have to settle"
            " whether it is one."
        ),
        ("A family of genres first, then the genre", NOT_SHOWN): (
            "Whoever mistakes the family has lost the genre with it: no gain, and a loss if"
            " anything."
        ),
        ("Every artist counts alike in training", NOT_SHOWN): (
            "Fairer to those with few tracks, and not shown to be better or worse on the whole."
        ),
        ("Labels spread over a graph of all tracks", NOT_SHOWN): (
            "Neighbours without a label pass on what they were told, and that is little."
        ),
        ("A graph of tracks in the place of logistic regression", HURTS): (
            "To be near in these statistics is a poor guide; regression learns which of them"
            " matter."
        ),
    }
)
"""By the step and the verdict that it was written for."""
