# SPDX-License-Identifier: MIT
"""What a power cut would leave of a card at this moment."""

import hashlib
import os

from image_rig import SLOT_AT, read_environment, state_of

BLOCK = 65536


class Card:
    """The card of a running machine as a power cut at this moment would leave it."""

    def __init__(self, machine, images):
        self.path = machine.card
        self.images = {name: digest_of(path) for name, path in images.items()}

    def environment(self):
        """As boot_state() has it; None when no copy is whole."""
        variables, whole = read_environment(self.path)
        return state_of(variables) if whole else None

    def next_slot(self):
        """The slot that the boot script takes, by its rules."""
        state = self.environment()
        return next((slot for slot in state["order"].split() if state["left"][slot] > 0), None)

    def holds(self, slot):
        """Which of the images is whole in the slot; None: none is."""
        for name, (size, digest) in self.images.items():
            if digest_of(self.path, SLOT_AT[slot], size)[1] == digest:
                return name
        return None

    def spoil(self, slot):
        """Takes away what is in a slot that does not run."""
        size = max(size for size, _ in self.images.values())
        with open(self.path, "r+b") as card:
            card.seek(SLOT_AT[slot])
            for _ in range(size // BLOCK + 1):
                card.write(bytes(BLOCK))

    def has_part(self, slot, image, part):
        """Whether the copy of an image to the slot, which was spoilt, has come so far."""
        at = int(os.path.getsize(image) * part) // BLOCK * BLOCK
        with open(self.path, "rb") as card, open(image, "rb") as source:
            card.seek(SLOT_AT[slot] + at)
            source.seek(at)
            return card.read(BLOCK) == source.read(BLOCK)


def digest_of(path, at=0, size=None):
    """Size and SHA-256 of a file, or of a part of it."""
    size = os.path.getsize(path) - at if size is None else size
    data, left = hashlib.sha256(), size
    with open(path, "rb") as file:
        file.seek(at)
        while left > 0 and (piece := file.read(min(left, 1 << 22))):
            data.update(piece)
            left -= len(piece)
    return size, data.hexdigest()
