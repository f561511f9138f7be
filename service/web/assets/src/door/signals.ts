// Colour is not enough at a noisy, sunny door: each result also has its own sound and its own buzz.
export type Tone = "good" | "known" | "bad";

const SOUNDS: Record<Tone, { notes: number[]; buzz: number[] }> = {
  good: { notes: [880], buzz: [60] },
  known: { notes: [520, 520], buzz: [60, 60, 60] },
  bad: { notes: [240, 180], buzz: [250, 80, 250] },
};

let context: AudioContext | null = null;

export function signal(tone: Tone, loud: boolean): void {
  navigator.vibrate?.(SOUNDS[tone].buzz);
  if (!loud || typeof AudioContext === "undefined") return;
  context ??= new AudioContext();
  SOUNDS[tone].notes.forEach((note, place) => play(context as AudioContext, note, place * 0.16));
}

function play(on: AudioContext, note: number, after: number): void {
  const tone = on.createOscillator();
  const volume = on.createGain();
  const start = on.currentTime + after;
  tone.frequency.value = note;
  volume.gain.setValueAtTime(0.25, start);
  volume.gain.exponentialRampToValueAtTime(0.001, start + 0.14);
  tone.connect(volume).connect(on.destination);
  tone.start(start);
  tone.stop(start + 0.15);
}
