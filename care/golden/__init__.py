"""Questions with known answers: asked in every channel at night, and a monthly exam for people."""
