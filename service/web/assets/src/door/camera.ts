// The phone's camera as a scanner: the browser's own detector where there is one, a small decoder everywhere else.
import decodeQR from "qr/decode.js";

interface Detector {
  detect(source: CanvasImageSource): Promise<{ rawValue: string }[]>;
}
interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const EVERY = 130; // milliseconds: a code is read within two looks, and the phone stays cool
const SIDE = 720;

async function ownDetector(): Promise<Detector | null> {
  const made = (window as unknown as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  try {
    return made && (await made.getSupportedFormats()).includes("qr_code") ? new made({ formats: ["qr_code"] }) : null;
  } catch {
    return null;
  }
}

// Returns what a picture's code says, or null.
export function decode(picture: ImageData): string | null {
  try {
    return decodeQR(picture) || null;
  } catch {
    return null; // no code in this picture
  }
}

export class Camera {
  private stream: MediaStream | null = null;
  private detector: Detector | null = null;
  private timer = 0;
  private readonly canvas = document.createElement("canvas");

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly onCode: (text: string) => void,
  ) {}

  get running(): boolean {
    return this.stream !== null;
  }

  // Rejects where there is no camera or it may not be used.
  async start(): Promise<void> {
    if (this.stream) return;
    const video = { facingMode: { ideal: "environment" }, width: { ideal: 1280 }, height: { ideal: 720 } };
    this.stream = await navigator.mediaDevices.getUserMedia({ video, audio: false });
    this.detector = await ownDetector();
    this.video.srcObject = this.stream;
    await this.video.play();
    this.look();
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.video.srcObject = null;
  }

  private look(): void {
    this.timer = window.setTimeout(() => {
      void this.read().then((text) => {
        if (text) this.onCode(text);
        if (this.stream) this.look();
      });
    }, EVERY);
  }

  private async read(): Promise<string | null> {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width || !height || document.hidden) return null;
    if (this.detector) {
      const found = await this.detector.detect(this.video).catch(() => []);
      return found[0]?.rawValue ?? null;
    }
    const scale = Math.min(1, SIDE / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const context = this.canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return null;
    context.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
    return decode(context.getImageData(0, 0, this.canvas.width, this.canvas.height));
  }
}
